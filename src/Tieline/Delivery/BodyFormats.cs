namespace Tieline.Delivery;

/// <summary>From options to the format they ask for.</summary>
internal static class BodyFormats
{
    /// <exception cref="BodyException">The template is none, or does not fit the events there can be.</exception>
    public static IBodyFormat Create(DestinationOptions options) => options.Format switch
    {
        BodyFormat.CloudEvents => new CloudEventsFormat(options.CloudEvents.Source),
        BodyFormat.Template => TemplateFormat.Create(options.Template.Text, options.Template.ContentType, options.Batch.MaxEvents),
        _ => PlainFormat.Instance,
    };
}
