namespace Tieline.Delivery;

/// <summary><c>Destinations:*:Template</c>, for the format of that name.</summary>
internal sealed class TemplateOptions
{
    /// <summary>In Liquid. Better in a file: <c>Text_FILE</c>.</summary>
    public string Text { get; set; } = "";

    /// <summary>What it makes; it decides how values are escaped.</summary>
    /// <value><c>application/json</c></value>
    public string ContentType { get; set; } = "application/json";
}
