using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Tests.Audit;

/// <summary>Facts that show only what a test is about.</summary>
internal static class AuditFacts
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Facts that differ, a millisecond apart.</summary>
    public static IEnumerable<AuditFact> Some(long from, long to, DateTimeOffset? at = null)
    {
        for (var number = from; number <= to; number++)
            yield return One(number, (at ?? Noon).AddMilliseconds(number));
    }

    public static AuditFact One(long number, DateTimeOffset? at = null) => (number % 5) switch
    {
        1 => new(number, at ?? Noon, null, null, null, null, null, "started", null, new JsonObject { ["version"] = "1.0.0" }),
        2 => new(number, at ?? Noon, null, null, null, null, null, "gap-detected", null,
            new JsonObject { ["firstSequence"] = 7, ["lastSequence"] = 9, ["missing"] = 3, ["reason"] = "reconnect" }),
        3 => new(number, at ?? Noon, number, $"c-{number}", "routing.queue", (ulong)number, new EventId((UInt128)number), "delivered", "crm", null),
        _ => new(number, at ?? Noon, number, $"c-{number}", "conversation.state", (ulong)number, new EventId((UInt128)number), "accepted", null, null),
    };
}
