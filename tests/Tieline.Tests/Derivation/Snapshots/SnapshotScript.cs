using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Derivation;
using Tieline.Events;
using Tieline.TestKit;

namespace Tieline.Tests.Derivation;

/// <summary>The life of a conversation in a few words, shown as a snapshot of any moment or as the details record of it.</summary>
/// <remarks>
/// A line is a communication, and a participant of its own: <c>PURPOSE MEDIA WORDS | OFFERED/CONNECTED/ENDED DISCONNECT ACW</c>, in seconds after <see cref="Some.Time"/>, <c>-</c> where it did not happen. Words: <c>q1</c> its queue,
/// <c>…Id</c> a member that holds an id, <c>same</c> a further communication of the participant before. ACW: <c>acw70</c> the wrap-up is done at 70, <c>acw</c> never, <c>skip</c> at once.
/// </remarks>
internal sealed class SnapshotScript
{
    private readonly List<Line> _lines = [];

    public SnapshotScript(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            _lines.Add(Line.Parse(line, _lines.Count == 0 ? null : _lines[^1]));
    }

    public enum Shape
    {
        /// <summary><c>v2.routing.queues.{id}.conversations</c>.</summary>
        Nested,

        /// <summary>A topic of one medium: only for a script of one.</summary>
        Flat,

        /// <summary><c>GET /api/v2/conversations/{id}</c>.</summary>
        Rest,
    }

    /// <summary>All moments at which something happens.</summary>
    public IReadOnlyList<double> Moments => [.. _lines.SelectMany(line => new[] { line.Offered, line.Connected, line.Ended, line.WrapUpEnd }).OfType<double>().Distinct().Order()];

    public ConversationSnapshot At(double second, Shape shape = Shape.Nested)
    {
        var topic = shape == Shape.Flat ? $"v2.routing.queues.q.conversations.{_lines[0].Array}" : null;
        SnapshotReader.TryRead(Json(second, shape), topic, out var snapshot, out var fault).ShouldBeTrue(fault);
        return snapshot;
    }

    public JsonElement Json(double second, Shape shape)
    {
        var participants = new JsonArray();
        foreach (var group in _lines.Where(line => line.Offered <= second).GroupBy(line => line.Participant))
            participants.Add(shape == Shape.Flat ? Flat(group.Single(), second) : Nested([.. group], second, shape));
        var conversation = new JsonObject { ["id"] = "c1", ["participants"] = participants, ["recordingState"] = shape == Shape.Rest ? "NONE" : "none" };
        return JsonSerializer.SerializeToElement(conversation);
    }

    /// <summary>The details record of it, at its end.</summary>
    public ConversationRecord Record()
    {
        var participants = new JsonArray();
        foreach (var group in _lines.GroupBy(line => line.Participant))
        {
            var participant = group.First().Who("participantId");
            participant["sessions"] = new JsonArray([.. group.Select(line => line.Session())]);
            participants.Add(participant);
        }

        var record = new JsonObject { ["conversationId"] = "c1", ["participants"] = participants };
        var going = _lines.Where(line => line.Ended is null && !line.IsSupervisor && line is not { Purpose: "customer", Media: "callback" });
        if (!going.Any() && _lines.Where(line => !line.IsSupervisor).Max(line => line.Ended) is { } end)
            record["conversationEnd"] = Time(end);
        return Records.Read(JsonSerializer.SerializeToElement(record));
    }

    private static JsonObject Nested(List<Line> lines, double second, Shape shape)
    {
        var participant = lines[0].Who("id");
        if (shape == Shape.Rest)
        {
            participant["startTime"] = Time(lines[0].Offered);
            foreach (var array in Line.Arrays.Values)
                participant[array] = new JsonArray();
        }

        var seen = lines.Where(line => line.Offered <= second).ToList();
        foreach (var line in seen)
        {
            if (participant[line.Array] is not JsonArray communications)
                participant[line.Array] = communications = [];
            communications.Add(line.Communication(second, isRest: shape == Shape.Rest));
        }

        if (seen[0].Connected <= second)
            participant["connectedTime"] = Time(seen[0].Connected!.Value);
        if (seen.TrueForAll(line => line.Ended <= second))
            participant["endTime"] = Time(seen.Max(line => line.Ended)!.Value);
        lines[0].AddWrapUp(participant, second);
        return participant;
    }

    private static JsonObject Flat(Line line, double second)
    {
        var participant = line.Who("id");
        foreach (var (name, reference) in new[] { ("userId", "user"), ("queueId", "queue"), ("externalContactId", "externalContact") })
        {
            if (participant.Remove(name, out var id))
                participant[reference] = new JsonObject { ["id"] = id?.GetValue<string>() };
        }

        foreach (var (name, value) in line.Communication(second, isRest: false))
        {
            if (name is not ("id" or "disconnectedTime" or "afterCallWork"))
                participant[name] = value?.DeepClone();
        }

        if (line.Ended <= second)
            participant["endTime"] = Time(line.Ended!.Value);
        line.AddWrapUp(participant, second);
        return participant;
    }

    private static string Time(double second) => EventTime.ToText(Some.Time.AddMilliseconds(Math.Round(second * 1000)));

    private sealed record Line(string Participant, string Communicated, string Purpose, string Media, string? Queue, string? Member, double Offered, double? Connected, double? Ended, string? Disconnect, bool HasWrapUp, double? WrapUpEnd)
    {
        public static readonly Dictionary<string, string> Arrays = new() { ["voice"] = "calls", ["callback"] = "callbacks", ["chat"] = "chats", ["email"] = "emails", ["message"] = "messages" };

        public string Array => Arrays[Media];

        public bool IsSupervisor => Member is "monitoredParticipantId" or "coachedParticipantId";

        public static Line Parse(string text, Line? before)
        {
            var head = text.Split('|')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var tail = text.Split('|')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var times = tail[0].Split('/').Select(time => time == "-" ? (double?)null : double.Parse(time, CultureInfo.InvariantCulture)).ToArray();
            var isSame = head.Contains("same");
            var number = int.Parse(before?.Communicated[1..] ?? "0", CultureInfo.InvariantCulture) + 1;
            var wrapUp = System.Array.Find(tail, word => word.StartsWith("acw", StringComparison.Ordinal) || word == "skip");
            return new Line(
                isSame ? before!.Participant : $"p{number}",
                $"c{number}",
                head[0],
                head[1],
                System.Array.Find(head, word => word[0] == 'q'),
                System.Array.Find(head, word => word.EndsWith("Id", StringComparison.Ordinal)),
                times[0]!.Value,
                times[1],
                times[2],
                tail.Length > 1 && tail[1] != wrapUp ? tail[1] : null,
                wrapUp is not null,
                wrapUp == "skip" ? times[2] : wrapUp?.Length > 3 ? double.Parse(wrapUp[3..], CultureInfo.InvariantCulture) : null);
        }

        public JsonObject Who(string id)
        {
            var participant = new JsonObject { [id] = Participant, ["purpose"] = Purpose };
            if (Purpose is "agent" or "user")
                participant["userId"] = $"u{Participant}";
            if (Purpose == "customer")
                participant["externalContactId"] = $"e{Participant}";
            if (Queue is not null && id == "id")
                participant["queueId"] = Queue;
            if (Member is not null && id == "id")
                participant[Member] = "p1";
            return participant;
        }

        public JsonObject Communication(double second, bool isRest)
        {
            var isEnded = Ended <= second;
            var state = isEnded ? "disconnected" : Connected <= second ? "connected" : "alerting";
            var communication = new JsonObject { ["id"] = Communicated, ["state"] = isRest ? state.ToUpperInvariant() : state, ["held"] = false };
            if (Connected <= second)
                communication["connectedTime"] = Time(Connected!.Value);
            if (isEnded)
            {
                communication["disconnectedTime"] = Time(Ended!.Value);
                communication["disconnectType"] = isRest ? Disconnect?.ToUpperInvariant() : Disconnect;
            }

            if (isEnded && HasWrapUp)
                communication["afterCallWork"] = WrapUpEnd <= second ? new JsonObject { ["state"] = "complete", ["startTime"] = Time(Ended!.Value), ["endTime"] = Time(WrapUpEnd!.Value) } : new JsonObject { ["state"] = "pending", ["startTime"] = Time(Ended!.Value) };
            return communication;
        }

        public void AddWrapUp(JsonObject participant, double second)
        {
            if (Ended > second || !HasWrapUp || Ended is null)
                return;
            participant["wrapupRequired"] = true;
            participant["startAcwTime"] = Time(Ended.Value);
            if (WrapUpEnd <= second)
                participant["endAcwTime"] = Time(WrapUpEnd.Value);
        }

        public JsonObject Session()
        {
            var segments = new JsonArray();
            var session = new JsonObject { ["sessionId"] = Communicated, ["mediaType"] = Media, ["segments"] = segments };
            if (Member is not null)
                session[Member] = "p1";
            if (Connected is not { } connected)
                segments.Add(Segment("alert", Offered, Ended, Disconnect));
            else if (connected > Offered)
                segments.Add(Segment("alert", Offered, connected, null));
            if (Connected is not null)
                segments.Add(Segment("interact", Connected.Value, Ended, Disconnect));
            if (HasWrapUp)
                segments.Add(Segment("wrapup", Ended!.Value, WrapUpEnd, Disconnect));
            return session;
        }

        private JsonObject Segment(string kind, double from, double? to, string? disconnect)
        {
            var segment = new JsonObject { ["segmentType"] = kind, ["segmentStart"] = Time(from) };
            if (to is { } end)
                segment["segmentEnd"] = Time(end);
            if (to is not null && disconnect is not null)
                segment["disconnectType"] = disconnect switch { "transfer.consult" => "consultTransfer", "transfer.conference" => "conferenceTransfer", "transfer.forward" => "forwardTransfer", "transfer.noanswer" => "noAnswerTransfer", _ => disconnect };
            if (Queue is not null && kind != "wrapup")
                segment["queueId"] = Queue;
            return segment;
        }
    }
}
