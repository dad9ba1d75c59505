namespace Tieline.Genesys;

/// <summary>How topics are written: <c>v2.{resource}.{id}.{suffix}</c>, and combined <c>{prefix}?{suffix}&amp;{suffix}</c>. Case does not matter. Pure.</summary>
internal static class TopicName
{
    /// <summary>Genesys takes no longer combined one.</summary>
    public const int MaxCombined = 200;

    public static string OfQueue(string id) => $"v2.routing.queues.{id}.conversations";

    public static string OfUser(string id) => $"v2.users.{id}.conversations";

    /// <returns>The topics that a combined one stands for; any other, itself.</returns>
    public static IEnumerable<string> Expand(string topic) =>
        topic.IndexOf('?', StringComparison.Ordinal) is var at && at < 0
            ? [topic]
            : topic[(at + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(suffix => $"{topic[..at]}.{suffix}");

    /// <summary>Combines topics of one prefix, which Genesys then counts once. Only what ends with an id is taken for a prefix.</summary>
    /// <param name="topics">Single ones, each once.</param>
    public static IEnumerable<string> Combine(IEnumerable<string> topics)
    {
        foreach (var group in topics.GroupBy(PrefixOf, StringComparer.OrdinalIgnoreCase))
        {
            var combined = "";
            foreach (var topic in group)
            {
                var suffix = group.Key.Length == 0 ? "" : topic[(group.Key.Length + 1)..];
                if (combined.Length > 0 && suffix.Length > 0 && Joined(combined, group.Key, suffix) is { Length: <= MaxCombined } longer)
                {
                    combined = longer;
                    continue;
                }

                if (combined.Length > 0)
                    yield return combined;
                combined = topic;
            }

            yield return combined;
        }
    }

    private static string Joined(string combined, string prefix, string suffix) => combined.Contains('?', StringComparison.Ordinal)
        ? $"{combined}&{suffix}"
        : $"{prefix}?{combined[(prefix.Length + 1)..]}&{suffix}";

    /// <returns>All up to the last id; empty where there is none, or nothing after it.</returns>
    private static string PrefixOf(string topic)
    {
        var parts = topic.Split('.');
        var last = Array.FindLastIndex(parts, part => Guid.TryParseExact(part, "D", out _));
        return last < 0 || last == parts.Length - 1 ? "" : string.Join('.', parts.Take(last + 1));
    }

    /// <summary>Whether Genesys sends it by itself: it is about the channel, and no notification.</summary>
    public static bool IsSystem(string topic) => Starts(topic, "channel.") || Starts(topic, "v2.system.") || Starts(topic, "v2.subscription.");

    private static bool Starts(string topic, string with) => topic.StartsWith(with, StringComparison.OrdinalIgnoreCase);
}
