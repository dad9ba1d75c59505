using System.Text;
using System.Text.Json;
using Tieline.Derivation;
using Tieline.Events;
using static Tieline.Tests.Genesys.Frames;

namespace Tieline.Tests.Derivation;

/// <summary>The sample frames of the Notifications API.</summary>
internal static class SnapshotSamples
{
    public static readonly IReadOnlyList<string> Lifecycles =
    [
        "queue-voice-transfer.json", "queue-voice-abandoned.json", "queue-voice-consult.json", "queue-voice-flowout.json",
        "queue-message-lifecycle.json", "queue-email-lifecycle.json", "queue-callback-lifecycle.json",
    ];

    private static readonly DateTimeOffset _day = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>The frames of a file, each with the moment it came: the minute in which its first event happened, plus its <c>atMs</c>.</summary>
    public static IReadOnlyList<(ConversationSnapshot Snapshot, DateTimeOffset At)> Frames(string file) =>
    [
        .. Json(file).GetProperty("frames").EnumerateArray().Select(one => (Read(one.GetProperty("frame")), StartOf(file).AddMilliseconds(one.GetProperty("atMs").GetInt64()))),
    ];

    public static ConversationSnapshot Read(JsonElement frame)
    {
        var (topic, body) = (frame.GetProperty("topicName").GetString()!, frame.GetProperty("eventBody"));
        ConversationSnapshot? snapshot;
        string? fault;
        if (topic.StartsWith(DetailEventReader.TopicPrefix, StringComparison.Ordinal))
            DetailEventReader.TryRead(topic, body, out snapshot, out fault).ShouldBeTrue(fault);
        else
            SnapshotReader.TryRead(body, topic, out snapshot, out fault).ShouldBeTrue(fault);
        return snapshot.ShouldNotBeNull();
    }

    public static ConversationSnapshot FromRest()
    {
        SnapshotReader.TryRead(Json("conversation-get.json").GetProperty("response").GetProperty("body"), out var snapshot, out var fault).ShouldBeTrue(fault);
        return snapshot;
    }

    /// <summary>What a sample expects of the kinds that Tieline tells, as lines of type, state, time and queue.</summary>
    public static IReadOnlyList<string> Expected(string file) =>
    [
        .. Json(file).GetProperty("expectedEvents").EnumerateArray()
            .Where(made => IsTold(Text(made, "type")!, Text(made, "state")))
            .Select(made => Line(Text(made, "type")!, Text(made, "state"), Text(made, "timestamp")!, null)),
    ];

    public static string Line(ConversationEvent made, bool withQueue = false) => Line(made.Type, made.State, EventTime.ToText(made.OccurredAt), withQueue ? made.QueueId : null);

    public static IEnumerable<string> Lines(IEnumerable<ConversationEvent> events) => events.Select(made => Line(made));

    public static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>Every string that stands in the frames where a person may be named.</summary>
    public static IReadOnlySet<string> Personal(string file)
    {
        var found = new HashSet<string>();
        Collect(Json(file), null, found);
        return found;
    }

    private static string Line(string type, string? state, string time, string? queue) => $"{type} {state} {time}{(queue is null ? "" : " " + queue)}";

    private static bool IsTold(string type, string? state) =>
        type == EventKinds.RoutingQueue || (type == EventKinds.ConversationState && state is EventKinds.Transfer or EventKinds.Completed or EventKinds.Abandoned);

    private static DateTimeOffset StartOf(string file) => Json(file).TryGetProperty("expectedEvents", out var events) && events.GetArrayLength() > 0
        && EventTime.TryParse(Encoding.UTF8.GetBytes(Text(events[0], "timestamp")![..16]), out var minute) ? minute : _day;

    private static void Collect(JsonElement json, string? name, HashSet<string> found)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                    Collect(member.Value, name is "attributes" ? name : member.Name, found);
                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                    Collect(item, name, found);
                break;
            case JsonValueKind.String when json.GetString() is { Length: > 3 } text
                && name is "name" or "nameRaw" or "address" or "addressRaw" or "addressNormalized" or "addressDisplayable" or "attributes" or "notes" or "ani" or "dnis" or "subject" or "callbackNumbers" or "callbackUserName":
                found.Add(text);
                break;
        }
    }
}
