using System.Text.Json;

namespace Tieline.Tests.Pipeline;

/// <summary>What occurs in a conversation, told from its details record alone: so that a test can say what it has seen.</summary>
internal static class SourceCases
{
    private static readonly string[] _transfers = ["transfer", "consultTransfer", "conferenceTransfer", "forwardTransfer"];

    /// <summary>Every case that the sources must agree on.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "blind transfer", "consult transfer", "conference transfer", "to an agent", "to a number", "consult to a queue", "consult cancelled", "conference left", "agent lets it ring", "alerted again",
        "callback with its call", "flow-out to a queue", "flow-out to voicemail", "requeued", "abandoned", "short abandon", "abandoned while alerting", "abandoned after a transfer", "wrap-up",
        "monitored", "coached", "barged", "cobrowse", "chat and call", "parked", "transmitting", "hold", "direct", "reopened",
    ];

    public static IEnumerable<string> Of(JsonElement record)
    {
        var sessions = (
            from participant in record.GetProperty("participants").EnumerateArray()
            from session in participant.GetProperty("sessions").EnumerateArray()
            select new Session(Text(participant, "purpose")!, session)).ToList();
        var queues = sessions.Where(session => session.Purpose == "acd").ToList();
        var agents = sessions.Where(session => session.Purpose is "agent" or "user" && !session.IsSupervisor).ToList();
        var answered = agents.Where(session => session.Has("interact")).ToList();
        var handed = answered.Where(session => _transfers.Contains(session.End)).ToList();
        var seen = new (string Case, bool Is)[]
        {
            ("blind transfer", handed.Exists(session => session.End is "transfer" or "forwardTransfer")),
            ("consult transfer", handed.Exists(session => session.End == "consultTransfer")),
            ("conference transfer", handed.Exists(session => session.End == "conferenceTransfer")),
            ("to an agent", handed.Count == 1 && queues.Count == 1 && answered.Count == 2),
            ("to a number", handed.Count > 0 && sessions.Exists(session => session.Purpose == "external")),
            ("consult to a queue", handed.Exists(session => queues.Exists(queue => queue.Start > session.Start && queue.Start < session.Ended))),
            ("consult cancelled", handed.Count == 0 && answered.Exists(one => answered.Exists(other => other.Start > one.Start && other.Ended < one.Ended && other.End == "peer" && other.Medium == one.Medium))),
            ("conference left", handed.Count == 0 && answered.Exists(one => answered.Exists(other => other.Start > one.Start && other.Ended < one.Ended && other.End == "client" && other.Medium == one.Medium))),
            ("agent lets it ring", agents.Exists(session => !session.Has("interact") && session.Has("wrapup"))),
            ("alerted again", agents.Count(session => session.Has("alert")) > 1 && queues.Count == 1),
            ("callback with its call", sessions.Exists(session => session.Medium == "callback") && answered.Exists(session => session.Medium == "voice")),
            ("flow-out to a queue", queues.Count > 1 && queues.Exists(queue => queue.Measured("tFlowOut"))),
            ("flow-out to voicemail", sessions.Exists(session => session.Purpose == "voicemail")),
            ("requeued", queues.Count > 1 && answered.Exists(session => session.End == "error")),
            ("abandoned", queues.Exists(queue => queue.Measured("tAbandon"))),
            ("short abandon", queues.Exists(queue => queue.Measured("tShortAbandon"))),
            ("abandoned while alerting", queues.Exists(queue => queue.Measured("tAbandon") && agents.Exists(session => !session.Has("interact") && session.Ended == queue.Ended))),
            ("abandoned after a transfer", handed.Count > 0 && queues.Exists(queue => queue.Measured("tAbandon"))),
            ("wrap-up", answered.Exists(session => session.Has("wrapup"))),
            ("monitored", sessions.Exists(session => session.Names("monitoredParticipantId"))),
            ("coached", sessions.Exists(session => session.Names("coachedParticipantId"))),
            ("barged", sessions.Exists(session => session.Names("bargedParticipantId"))),
            ("cobrowse", sessions.Exists(session => session.Medium == "cobrowse")),
            ("chat and call", sessions.Exists(session => session.Medium == "message") && sessions.Exists(session => session.Medium == "voice")),
            ("parked", sessions.Exists(session => session.Has("parked"))),
            ("transmitting", sessions.Exists(session => session.Has("transmitting"))),
            ("hold", sessions.Exists(session => session.Has("hold"))),
            ("direct", queues.Count == 0),
            ("reopened", sessions.Exists(one => one is { Purpose: "customer" } && sessions.Exists(other => other is { Purpose: "customer" } && other.Medium == one.Medium && other.Start - one.Ended > TimeSpan.FromSeconds(5)))),
        };
        return seen.Where(one => one.Is).Select(one => one.Case);
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private sealed class Session(string purpose, JsonElement json)
    {
        private readonly List<JsonElement> _segments = [.. json.GetProperty("segments").EnumerateArray()];

        public string Purpose => purpose;

        public string? Medium => Text(json, "mediaType");

        public DateTimeOffset Start => _segments.Min(segment => segment.GetProperty("segmentStart").GetDateTimeOffset());

        public DateTimeOffset Ended => Last.TryGetProperty("segmentEnd", out var end) ? end.GetDateTimeOffset() : DateTimeOffset.MaxValue;

        public string? End => Text(Last, "disconnectType");

        public bool IsSupervisor => Names("monitoredParticipantId") || Names("coachedParticipantId") || Names("bargedParticipantId");

        private JsonElement Last => _segments.FindLast(segment => Text(segment, "segmentType") != "wrapup");

        public bool Has(string type) => _segments.Exists(segment => Text(segment, "segmentType") == type);

        public bool Names(string member) => json.TryGetProperty(member, out _);

        public bool Measured(string metric) => json.GetProperty("metrics").EnumerateArray().Any(one => Text(one, "name") == metric);
    }
}
