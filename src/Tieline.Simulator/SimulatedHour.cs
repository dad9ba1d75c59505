using System.Text;
using System.Text.Json;
using Tieline.Simulator.Details;
using Tieline.Simulator.Http;
using Tieline.Simulator.Notifications;
using Tieline.Simulator.Streams;
using Tieline.Simulator.World;

namespace Tieline.Simulator;

/// <summary>Conversations from their first to their last event, without sockets and without waiting: what the stream, the channels and the details API would tell of the same ones.</summary>
public sealed class SimulatedHour
{
    private readonly TimeSpan _betweenEvents;
    private readonly ParticipantPool _people;
    private readonly ConversationWorld _world;
    private readonly History _history;
    private readonly RecordBuilder _builder;
    private readonly int _conversations;
    private readonly long _from;
    private readonly List<PastConversation> _all = [];
    private readonly List<LedgerLine> _facts = [];

    /// <param name="conversations">How many.</param>
    /// <param name="from">When the first begins.</param>
    /// <param name="seed">What chance starts from: the same seed gives the same.</param>
    /// <param name="passing">Share of events that the default filter keeps.</param>
    /// <param name="unusual">Share of conversations that go out of the ordinary.</param>
    /// <param name="reopen">Share of conversations that are reopened after their end.</param>
    /// <param name="isQuick">Whether conversations take milliseconds, as under load, in place of minutes.</param>
    public SimulatedHour(int conversations, DateTimeOffset from, int seed = 1, double passing = 0.3, double unusual = 0.6, double reopen = 0.1, bool isQuick = false)
    {
        _betweenEvents = TimeSpan.FromMilliseconds(isQuick ? 2 : 40);
        var dice = new Dice(seed);
        _people = new ParticipantPool(dice, canary: null);
        _world = new ConversationWorld(dice, _people) { Pace = isQuick ? 1 : 2_000, Passing = passing, Unusual = unusual, Reopen = reopen, ReopenAfter = 10_000, OpenTarget = isQuick ? 30 : 300 };
        _history = new History(int.MaxValue, new DetailsSettings(new GenesysSimulatorOptions()));
        _history.Switch(on: true, opened: 0);
        _builder = new RecordBuilder(_people);
        (_conversations, _from) = (conversations, from.ToUnixTimeMilliseconds());
    }

    /// <summary>The passing events so far, in the order in which they happened.</summary>
    public IReadOnlyList<LedgerLine> Facts => _facts;

    /// <summary>How many conversations went each way.</summary>
    public IReadOnlyDictionary<string, int> Courses => _all.GroupBy(past => past.Course.ToString()).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>Everything that happens, in its order. To be enumerated once.</summary>
    /// <param name="subscribe">The stream's subscribe message.</param>
    public IEnumerable<SimulatedMoment> Play(ReadOnlyMemory<byte> subscribe)
    {
        var filter = SubscriptionFilter.Parse(subscribe);
        var frames = new FrameRenderer(_people);
        var scratch = new byte[frames.MaxLength];
        var snapshots = new SnapshotWriter(_people);
        var details = new DetailEvents(_people);
        var (sequence, made, passed, now) = (0L, 0L, 0L, _from);
        while (!_world.IsClosing || _world.HasOpen)
        {
            var pass = passed + 1 <= (_world.Passing * (made + 1)) + 1e-9;
            (made, passed, now) = (made + 1, passed + (pass ? 1 : 0), now + (long)_betweenEvents.TotalMilliseconds);
            var happened = _world.Next(pass, now);
            var past = _history.Note(happened)!;
            if (past.Until(long.MaxValue).Length == 1)
            {
                _all.Add(past);
            }
            _world.IsClosing = _world.Opened >= _conversations;
            now = happened.Milliseconds;
            var kind = EventKinds.Of(happened.Kind);
            if (kind.Passes)
            {
                _facts.Add(Line(happened, kind));
            }
            byte[]? frame = null;
            if (filter.Matches(happened))
            {
                frame = scratch[Frames.LongHeader..frames.Render(scratch, ++sequence, happened)];
            }
            var record = _builder.Build(past, now);
            var before = past.Until(now - 1) is [.., var last] ? _builder.Build(past, past.TimeOf(last)) : null;
            yield return new SimulatedMoment(
                DateTimeOffset.FromUnixTimeMilliseconds(now),
                past.Id.ToString(),
                frame,
                Envelope($"v2.routing.queues.{Encoding.ASCII.GetString(_people.QueueIds[happened.Conversation.Queue])}.conversations", Render(snapshots, past, record, Oddity.None)),
                Transitional.LegOf(Snapshot.Of(past, record)) is null ? null : Envelope("v2.users.someone.conversations", Render(snapshots, past, record, Oddity.Transitional)),
                [.. details.Between(past, before, record).Select(one => Envelope($"{DetailEvents.Topic}{past.Id}.{one.Suffix}", one.Body))]);
        }
    }

    /// <summary>The records of all conversations as the details API has them.</summary>
    /// <param name="asOf">What happened later is left out; null: nothing.</param>
    public IEnumerable<byte[]> Records(DateTimeOffset? asOf = null)
    {
        var writer = new RecordWriter(_people);
        foreach (var past in _all)
        {
            yield return DetailsAnswer.MakeBare(json => writer.Write(json, new DetailsRow(past, asOf?.ToUnixTimeMilliseconds() ?? long.MaxValue, _builder), withAttributes: false));
        }
    }

    private static LedgerLine Line(in MadeEvent made, EventKindText kind)
    {
        var id = made.Conversation.Id.ToString();
        return new LedgerLine(0, SimulatedEventId.Of(id, kind.Type, kind.State, made.Milliseconds, made.Conversation.EndsAgain), kind.Type, kind.State, id, DateTimeOffset.FromUnixTimeMilliseconds(made.Milliseconds), Passes: true, Written: true, WrittenAt: null);
    }

    private static byte[] Render(SnapshotWriter writer, PastConversation past, ConversationRecord record, Oddity oddity)
    {
        using var stream = new MemoryStream();
        using var json = new Utf8JsonWriter(stream);
        writer.Write(json, Snapshot.Of(past, record), "", oddity, isRest: false);
        json.Flush();
        return stream.ToArray();
    }

    private static byte[] Envelope(string topic, byte[] body) =>
        [.. Encoding.UTF8.GetBytes($$"""{"topicName":"{{topic}}","version":"2","eventBody":"""), .. body, .. "}"u8];
}

/// <summary>One event of one conversation, as each of the ways tells it.</summary>
/// <param name="At">When it happened.</param>
/// <param name="ConversationId">Of which.</param>
/// <param name="Frame">The stream's message; null: its filter keeps it back.</param>
/// <param name="Snapshot">The notification.</param>
/// <param name="HalfEnded">The notification that came before it, in which an agent's communication has its end and still says that it is connected; null: there was none.</param>
/// <param name="Details">The detail events.</param>
public sealed record SimulatedMoment(DateTimeOffset At, string ConversationId, byte[]? Frame, byte[] Snapshot, byte[]? HalfEnded, IReadOnlyList<byte[]> Details);
