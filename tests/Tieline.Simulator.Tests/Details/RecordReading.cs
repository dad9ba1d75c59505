using System.Text.Json;

namespace Tieline.Simulator.Tests.Details;

/// <summary>One event, as a record or the ledger tells it.</summary>
internal readonly record struct ToldEvent(string ConversationId, string Type, string State, long Milliseconds);

/// <summary>Turns records into the events that pass, by the written rules alone: no line of it is shared with what writes the records.</summary>
internal static class RecordReading
{
    private static readonly string[] Transfers = ["transfer", "consultTransfer", "conferenceTransfer", "forwardTransfer"];

    public static List<ToldEvent> Read(JsonElement conversation)
    {
        var id = Text(conversation, "conversationId")!;
        var sessions = (
            from participant in conversation.GetProperty("participants").EnumerateArray()
            from session in participant.GetProperty("sessions").EnumerateArray()
            select new Session(Text(participant, "purpose")!, session)).ToList();
        var events = new List<ToldEvent>();
        foreach (var acd in sessions.Where(session => session.Purpose == "acd"))
        {
            var first = acd.Segments.Find(segment => Text(segment, "queueId") is not null);
            events.Add(new ToldEvent(id, "routing.queue", "queued", Time(first, "segmentStart")!.Value));
        }
        foreach (var handler in sessions.Where(session => session.Handled))
        {
            var last = handler.Segments.FindLast(segment => Text(segment, "segmentType") != "wrapup");
            if (Transfers.Contains(Text(last, "disconnectType")))
            {
                events.Add(new ToldEvent(id, "conversation.state", "transfer", Time(last, "segmentEnd")!.Value));
            }
        }
        if (Time(conversation, "conversationEnd") is { } end)
        {
            var wrapups = sessions.SelectMany(session => session.Segments).Where(segment => Text(segment, "segmentType") == "wrapup");
            events.Add(WasAbandoned(sessions)
                ? new ToldEvent(id, "conversation.state", "abandoned", end)
                : new ToldEvent(id, "conversation.state", "completed", wrapups.Select(wrapup => Time(wrapup, "segmentEnd")!.Value).Append(end).Max()));
        }
        return events;
    }

    public static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static long? Time(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetDateTimeOffset().ToUnixTimeMilliseconds() : null;

    private static bool WasAbandoned(List<Session> sessions)
    {
        var last = sessions.Where(session => session.Purpose == "acd").MaxBy(session => session.Start);
        return last is not null
            && last.Metrics.Contains("tAbandon")
            && !sessions.Exists(session => session.Handled && session.Start >= last.Start);
    }

    private sealed class Session(string purpose, JsonElement json)
    {
        public string Purpose => purpose;

        public List<JsonElement> Segments { get; } = [.. json.GetProperty("segments").EnumerateArray()];

        public List<string?> Metrics { get; } = [.. json.GetProperty("metrics").EnumerateArray().Select(metric => Text(metric, "name"))];

        public long Start => Segments.Min(segment => Time(segment, "segmentStart")!.Value);

        public bool Handled => purpose is "agent" or "user" && Segments.Exists(segment => Text(segment, "segmentType") == "interact");
    }
}
