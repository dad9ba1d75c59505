using System.Text.Json;
using Tieline.Simulator.Tests.Details;

namespace Tieline.Simulator.Tests.Notifications;

/// <summary>Turns snapshots into the events that pass, by the written rules alone: no line of it is shared with what writes the snapshots.
/// Either shape will do.</summary>
internal sealed class SnapshotReading
{
    private static readonly string[] Transfers = ["transfer", "transfer.consult", "transfer.conference", "transfer.forward"];
    private readonly Dictionary<string, Conversation> _conversations = [];

    public static bool IsOfConversation(JsonElement frame) =>
        frame.TryGetProperty("topicName", out var topic) && topic.GetString()!.Contains(".conversations", StringComparison.Ordinal);

    /// <summary>Merges a snapshot into what is known: nothing that was seen is unseen.</summary>
    public void Take(JsonElement frame)
    {
        var body = frame.GetProperty("eventBody");
        var id = RecordReading.Text(body, "id")!;
        if (!_conversations.TryGetValue(id, out var known))
        {
            _conversations[id] = known = new Conversation(id);
        }
        foreach (var participant in body.GetProperty("participants").EnumerateArray())
        {
            known.Take(participant);
        }
    }

    /// <summary>Of all conversations, in order.</summary>
    public List<ToldEvent> Events() => [.. _conversations.Values.SelectMany(conversation => conversation.Events())
        .OrderBy(e => e.ConversationId, StringComparer.Ordinal).ThenBy(e => e.Milliseconds)];

    private sealed class Conversation(string id)
    {
        private readonly Dictionary<string, Leg> _legs = [];

        public void Take(JsonElement participant)
        {
            var key = RecordReading.Text(participant, "id")!;
            if (!_legs.TryGetValue(key, out var leg))
            {
                _legs[key] = leg = new Leg(RecordReading.Text(participant, "purpose")!);
            }
            leg.Take(participant);
        }

        public IEnumerable<ToldEvent> Events()
        {
            foreach (var queue in _legs.Values.Where(leg => leg.Purpose == "acd"))
            {
                yield return new ToldEvent(id, "routing.queue", "queued", queue.Connected!.Value);
            }
            foreach (var handler in _legs.Values.Where(leg => leg is { IsHandler: true, Connected: not null, Ended: not null } && Transfers.Contains(leg.DisconnectType)))
            {
                yield return new ToldEvent(id, "conversation.state", "transfer", handler.Ended!.Value);
            }
            if (_legs.Values.All(leg => leg.Ended is not null && !leg.HasWorkAfter))
            {
                yield return WasAbandoned()
                    ? new ToldEvent(id, "conversation.state", "abandoned", _legs.Values.Where(leg => leg.Purpose is "customer" or "acd").Max(leg => leg.Ended!.Value))
                    : new ToldEvent(id, "conversation.state", "completed", _legs.Values.Max(leg => Math.Max(leg.Ended!.Value, leg.WorkEnded ?? 0)));
            }
        }

        private bool WasAbandoned()
        {
            var last = _legs.Values.Where(leg => leg.Purpose == "acd").MaxBy(leg => leg.Connected);
            return last is not null
                && last.Media is not "emails"
                && last.DisconnectType?.StartsWith("transfer", StringComparison.Ordinal) != true
                && !_legs.Values.Any(leg => leg.IsHandler && leg.Connected >= last.Connected);
        }
    }

    private sealed class Leg(string purpose)
    {
        private static readonly string[] MediaNames = ["calls", "messages", "emails"];

        public string Purpose => purpose;

        public bool IsHandler => purpose is "agent" or "user";

        public string? Media { get; private set; }

        public long? Connected { get; private set; }

        public long? Ended { get; private set; }

        public string? DisconnectType { get; private set; }

        public long? WorkEnded { get; private set; }

        public bool HasWorkAfter { get; private set; }

        public void Take(JsonElement participant)
        {
            Media = Array.Find(MediaNames, name => participant.TryGetProperty(name, out _));
            var communication = Media is null ? participant : participant.GetProperty(Media)[0];
            Connected ??= RecordReading.Time(communication, "connectedTime");
            Ended ??= RecordReading.Time(communication, "disconnectedTime") ?? RecordReading.Time(participant, "endTime");
            DisconnectType ??= RecordReading.Text(communication, "disconnectType");
            WorkEnded ??= RecordReading.Time(participant, "endAcwTime");
            HasWorkAfter = IsHandler && Connected is not null && WorkEnded is null
                && (participant.GetProperty("wrapupRequired").GetBoolean()
                    || (communication.TryGetProperty("afterCallWork", out var work) && RecordReading.Text(work, "state") == "pending"));
        }
    }
}
