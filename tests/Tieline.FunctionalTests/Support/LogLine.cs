using System.Text.Json;

namespace Tieline.FunctionalTests.Support;

/// <summary>A line of the structured log.</summary>
internal sealed record LogLine(string Level, string Name, string Message, JsonElement Members)
{
    public static LogLine? Parse(string line)
    {
        if (!line.StartsWith('{'))
            return null;
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement.Clone();
        return new LogLine(
            root.TryGetProperty("@l", out var level) ? level.GetString()! : "Information",
            root.TryGetProperty("EventId", out var id) && id.TryGetProperty(nameof(Name), out var name) ? name.GetString()! : "",
            root.TryGetProperty("@m", out var message) ? message.GetString()! : "",
            root);
    }
}
