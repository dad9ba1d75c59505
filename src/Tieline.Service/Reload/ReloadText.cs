using System.Text.Json.Nodes;
using Tieline.Service.Configuration;

namespace Tieline.Service.Reload;

/// <summary>A change as the log and the audit log say it.</summary>
internal static class ReloadText
{
    /// <summary>A template may be long; what it is needs to be seen, not all of it.</summary>
    private const int Longest = 200;

    public static string Of(IEnumerable<ConfigurationChange> changes) => string.Join("; ", changes.Select(change => new ConfigurationChange(change.Key, Cut(change.Before), Cut(change.After))));

    /// <param name="sequence">The newest number that was taken before it; null without one.</param>
    public static JsonObject DetailOf(ConfigurationChange change, long? sequence) => new()
    {
        ["key"] = change.Key,
        ["before"] = Cut(change.Before),
        ["after"] = Cut(change.After),
        ["afterSequence"] = sequence,
    };

    private static string? Cut(string? value) => value is { Length: > Longest } ? $"{value[..Longest]}…" : value;
}
