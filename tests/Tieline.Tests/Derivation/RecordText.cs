using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.TestKit;

namespace Tieline.Tests.Derivation;

/// <summary>Writes a details record from a few words, so that a case shows only what matters.</summary>
/// <remarks>
/// A line is a session, and a participant of its own: <c>PURPOSE MEDIA WORDS | KIND FROM-TO DISCONNECT; …</c>. Words: <c>q1</c> is the queue of its segments (or, behind one, of that), <c>t…</c> a metric, <c>…Id</c> a member that
/// holds an id, <c>same</c> makes it a further session of the participant before. Times are seconds after <see cref="Some.Time"/>, <c>?</c> one that cannot be read, <c>-</c> without a second time a segment
/// that is open. A line <c>ends 90</c> gives the conversation its end.
/// </remarks>
internal static class RecordText
{
    public static JsonElement Json(string text)
    {
        var participants = new JsonArray();
        var record = new JsonObject { ["conversationId"] = "c1", ["conversationStart"] = Time("0"), ["participants"] = participants };
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("ends ", StringComparison.Ordinal))
                record["conversationEnd"] = Time(line[5..]);
            else
                AddSession(participants, line);
        }

        return JsonSerializer.SerializeToElement(record);
    }

    /// <summary>Events as cases name them: <c>queued@1 q1</c>, <c>transfer@60 q1</c>, <c>completed@90 q1</c>.</summary>
    public static string Of(IEnumerable<ConversationEvent> events) => string.Join(
        ", ",
        events.Select(made => string.Create(CultureInfo.InvariantCulture, $"{made.State}@{(made.OccurredAt - Some.Time).TotalSeconds} {made.QueueId ?? "-"}")));

    private static void AddSession(JsonArray participants, string line)
    {
        var (head, tail) = (line.Split('|')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), line.Split('|')[1]);
        var session = new JsonObject { ["mediaType"] = head[1] };
        var metrics = new JsonArray();
        string? queue = null;
        var isSame = false;
        foreach (var word in head[2..])
        {
            if (word == "same")
                isSame = true;
            else if (word[0] == 'q')
                queue = word;
            else if (word.EndsWith("Id", StringComparison.Ordinal) || word == "flowOutType")
                session[word] = "p1";
            else
                metrics.Add(new JsonObject { ["name"] = word, ["value"] = 1 });
        }

        session["metrics"] = metrics;
        session["segments"] = new JsonArray([.. tail.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(segment => Segment(segment, queue))]);
        if (isSame && participants.Count > 0)
        {
            participants[^1]!["sessions"]!.AsArray().Add(session);
            return;
        }

        var number = participants.Count + 1;
        var participant = new JsonObject { ["participantId"] = $"p{number}", ["purpose"] = head[0], ["sessions"] = new JsonArray(session) };
        if (head[0] is "agent" or "user")
            participant["userId"] = $"u{number}";
        if (head[0] == "customer")
            participant["externalContactId"] = $"e{number}";
        participants.Add(participant);
    }

    private static JsonObject Segment(string text, string? queue)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var times = words[1].Split('-');
        var segment = new JsonObject { ["segmentType"] = words[0], ["segmentStart"] = Time(times[0]) };
        if (times[1].Length > 0)
            segment["segmentEnd"] = Time(times[1]);
        if (queue is not null)
            segment["queueId"] = queue;
        foreach (var word in words[2..])
            segment[word[0] == 'q' ? "queueId" : "disconnectType"] = word;
        return segment;
    }

    private static string Time(string seconds) =>
        seconds == "?" ? "yesterday" : EventTime.ToText(Some.Time.AddMilliseconds((double)(decimal.Parse(seconds, CultureInfo.InvariantCulture) * 1000)));
}
