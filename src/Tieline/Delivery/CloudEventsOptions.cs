using Microsoft.Extensions.Options;

namespace Tieline.Delivery;

/// <summary><c>Destinations:*:CloudEvents</c>, for the format of that name.</summary>
internal sealed class CloudEventsOptions
{
    /// <summary>The attribute <c>source</c>: a URI reference. Where several Tielines send to one place, each needs its own.</summary>
    /// <value><c>/tieline/genesys</c></value>
    public string Source { get; set; } = "/tieline/genesys";
}

internal sealed class CloudEventsOptionsValidator : IValidateOptions<CloudEventsOptions>
{
    /// <param name="name">Where it stands: <c>Destinations:0:CloudEvents</c>.</param>
    public ValidateOptionsResult Validate(string? name, CloudEventsOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (options.Source.Length == 0 || options.Source.AsSpan().ContainsAnyExceptInRange('!', '~') || !Uri.TryCreate(options.Source, UriKind.RelativeOrAbsolute, out _))
        {
            errors.AddError($"must be a URI or a part of one, such as /tieline/genesys, was '{options.Source}'", $"{name ?? "CloudEvents"}:{nameof(options.Source)}");
        }

        return errors.Build();
    }
}
