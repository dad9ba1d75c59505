using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Backfill;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Journal;

/// <summary>What goes into one transaction: applies each piece of work, and turns it into rows and facts. Used once.</summary>
/// <remarks>Facts are written when their run ends, so that accepted events that follow each other are one row, and so are deliveries to one destination.</remarks>
internal sealed class JournalGroup
{
    /// <summary>Events handed over to the table of look-ups in one transaction, at least: little enough that nobody notices.</summary>
    private const int HandOver = 128;

    private readonly JournalStatements _statements;
    private readonly ConversationIndex _index;
    private readonly TimeSpan _sameWithin;
    private readonly DateTimeOffset _at;
    private readonly long _now;
    private readonly JournalCounters _start;
    private readonly List<long> _delivered = [];
    private readonly Dictionary<DestinationNumber, JournalPosition> _settledThrough = [];
    private readonly List<Action> _answers = [];
    private DateTimeOffset? _since;
    private DestinationNumber _deliveredTo;
    private string _deliveredAs = Outcomes.Delivered;
    private long _acceptedFrom;
    private long _acceptedCount;
    private readonly List<ConversationIndex.Slot> _slots = [];
    private readonly HashSet<long> _ended = [];
    private IReadOnlyList<long>? _days;
    private int _handedOver;

    /// <param name="index">Read here; what this group adds goes into it once it is durable (<see cref="Index"/>).</param>
    /// <param name="sameWithin">How far apart two paths may date the same fact.</param>
    public JournalGroup(
        JournalStatements statements, ConversationIndex index, TimeSpan sameWithin, JournalCounters start, IReadOnlyDictionary<DestinationNumber, string> destinations, DateTimeOffset now)
    {
        (_statements, _index, _sameWithin, _start, _at, _now) = (statements, index, sameWithin, start, now, now.ToUnixTimeMilliseconds());
        (Counters, Destinations) = (start, destinations);
    }

    /// <summary>As they will be once the transaction is committed.</summary>
    public JournalCounters Counters { get; private set; }

    /// <summary>All that the journal will know once the transaction is committed.</summary>
    public IReadOnlyDictionary<DestinationNumber, string> Destinations { get; private set; }

    /// <summary>Events appended, as they are delivered; released ones are not among them.</summary>
    public List<JournalEntry> Entries { get; } = [];

    /// <summary>Events appended or released.</summary>
    public int Events { get; private set; }

    /// <summary>Live events that were not appended, since the journal had them: how many, by <see cref="RepeatReason"/>.</summary>
    public int[] Repeats { get; } = new int[RepeatReasons.Count];

    /// <summary>Live events that were not appended, since their conversation has ended in another way.</summary>
    public List<ConversationEvent> Conflicts { get; } = [];

    /// <summary>Conversations of which a dead letter was decided on: something of theirs may go out now.</summary>
    public List<(DestinationNumber Destination, string Conversation)> Freed { get; } = [];

    /// <summary>Destinations that were paused, or (null) resumed, in this order.</summary>
    public List<(DestinationNumber Destination, DestinationPause? Pause)> Pauses { get; } = [];

    /// <summary>The group is durable: what it appended can be found from now on.</summary>
    public void Index()
    {
        _index.HandedOver(_handedOver);
        foreach (var slot in _slots)
            _index.Add(slot);
    }

    /// <summary>Tells those who wait for this work that it is durable.</summary>
    public void Answer() => _answers.ForEach(answer => answer());

    public void Apply(JournalWork work)
    {
        switch (work)
        {
            case JournalWork.Append append:
                Append(append);
                break;
            case JournalWork.Recover recover:
                Recover(recover);
                break;
            case JournalWork.Replay replay:
                Replay(replay);
                break;
            case JournalWork.ReplayDeadLetter replay:
                Replay(replay);
                break;
            case JournalWork.Discard discard:
                Discard(discard);
                break;
            case JournalWork.SaveConversations save:
                foreach (var conversation in save.Conversations)
                    _statements.Save(conversation);
                break;
            case JournalWork.PutOff put:
                _statements.PutOff(put.Conversation, put.AskAt, put.Refusals);
                break;
            case JournalWork.MoveAsks move:
                _statements.MoveAsks(move.By, move.Latest);
                break;
            case JournalWork.SaveFill save:
                Save(save.Fill);
                break;
            case JournalWork.Settle settle:
                Settle(settle.Settlement);
                break;
            case JournalWork.PassBy pass:
                PassBy(pass);
                break;
            case JournalWork.DiscardBacklog discard:
                DiscardBacklog(discard);
                break;
            case JournalWork.Pause pause:
                Pause(pause);
                break;
            case JournalWork.Resume resume:
                Resume(resume);
                break;
            case JournalWork.AddToken add:
                Add(add);
                break;
            case JournalWork.RevokeToken revoke:
                Revoke(revoke);
                break;
            case JournalWork.EndSession end:
                _statements.Access.End(end.Session, end.Until.ToUnixTimeMilliseconds(), _now);
                Fact("signed-out", null, Detail(("by", end.By)));
                _answers.Add(() => end.Done.TrySetResult());
                break;
            case JournalWork.Hold hold:
                _statements.Hold(hold.Destination, hold.Until?.ToUnixTimeMilliseconds());
                break;
            case JournalWork.Advance advance:
                Move(advance.Mark);
                break;
            case JournalWork.RecordGap gap:
                Record(gap.Change);
                break;
            case JournalWork.Release release:
                Release(release);
                break;
            case JournalWork.Retry retry:
                _statements.Retry(retry.Record);
                break;
            case JournalWork.Note note:
                Fact(note.Kind, null, note.Detail);
                break;
            case JournalWork.Reconfigure reconfigure:
                Reconfigure(reconfigure);
                break;
            case JournalWork.KnowIdentityKey key:
                _statements.IdentityKey(key.Fingerprint);
                break;
            case JournalWork.Barrier barrier:
                _answers.Add(() => barrier.Done.TrySetResult());
                break;
            case JournalWork.SaveHead head:
                _statements.Head(head.Head);
                _answers.Add(() => head.Done.TrySetResult());
                break;
            case JournalWork.Remove remove:
                Remove(remove);
                break;
            default:
                throw new InvalidOperationException($"No such work: {work.GetType().Name}");
        }
    }

    /// <summary>Writes what has been gathered; the transaction may be committed after it.</summary>
    public void Close()
    {
        WriteGathered();
        HandOverToTable();
    }

    private void WriteGathered()
    {
        foreach (var (destination, through) in _settledThrough)
            _statements.SettledThrough(destination, through);
        _settledThrough.Clear();
        EndAccepted();
        EndDelivered();
        if (Counters != _start)
            _statements.Mark(Counters.Mark, Counters.NextPosition, Counters.NextFact, Counters.NextGap, _since);
    }

    /// <summary>What came before it is in the tables then: a new destination begins, and one that goes ends, exactly here.</summary>
    private void Reconfigure(JournalWork.Reconfigure reconfigure)
    {
        WriteGathered();
        var known = _statements.Configure(reconfigure.Destinations, reconfigure.Starts, _at);
        Destinations = known.ToDictionary(one => one.Value, one => one.Key);
        foreach (var change in reconfigure.Changes)
        {
            var detail = change.DeepClone();
            detail["afterPosition"] = Counters.NextPosition - 1;
            Fact("reconfigured", null, detail.ToJsonString());
        }

        _answers.Add(() => reconfigure.Done.TrySetResult(known));
    }

    /// <summary>Decided here, not when it was looked for: meanwhile somebody may have decided on a dead letter, and that fact still needs its event.</summary>
    private void Remove(JournalWork.Remove remove)
    {
        WriteGathered();
        var removed = _statements.Remove(remove.Through, remove.AtMost, Destinations.Keys, remove.FactsBefore.ToUnixTimeMilliseconds(), remove.FactsSeen);
        _answers.Add(() => remove.Removed.TrySetResult(removed));
    }

    private void Append(JournalWork.Append append)
    {
        var e = append.Event.Event;
        var fate = append.LooksUp || (EventKinds.IsTerminal(e.Type, e.State) && MayHaveEnded(e.ConversationId)) ? FactMatch.Find([e], Known(e.ConversationId), _sameWithin)[0] : new FactFate(FactVerdict.New, null, e.Id);
        if (fate.Verdict == FactVerdict.New)
            Append(e with { Id = fate.Id }, append.Mark.Epoch, append.IsHeld);
        else if (fate.Verdict == FactVerdict.Known)
            Repeats[(int)RepeatOf(e, fate.Entry!)]++;
        else
            Conflicts.Add(e);
        Move(append.Mark);
    }

    private void Append(ConversationEvent e, long epoch, bool isHeld)
    {
        var participants = ParticipantsJson.WriteUtf8(e.Participants);
        if (isHeld)
        {
            _statements.Hold(e, epoch, participants.Span);
            return;
        }

        var position = new JournalPosition(Counters.NextPosition);
        _statements.Append(position, e, epoch, participants.Span);
        Entries.Add(new JournalEntry(position, e.Id, e.ConversationId, e.Type, e.State, e.OccurredAt, participants, e.Origin, e.ReceivedAt, 0, TimeSpan.Zero) { MediaType = e.MediaType, QueueId = e.QueueId });
        Remember(e.ConversationId, position.Value, ConversationIndex.DayOf(e.ReceivedAt.ToUnixTimeMilliseconds()), EventKinds.IsTerminal(e.Type, e.State));
        Accept(1);
    }

    private void Recover(JournalWork.Recover recover)
    {
        ConversationEvent[] facts = [.. recover.Facts.Select(fact => fact.Event)];
        var fates = FactMatch.Find(facts, Known(facts[0].ConversationId), _sameWithin);
        for (var index = 0; index < facts.Length; index++)
        {
            if (fates[index].Verdict == FactVerdict.New && recover.Wanted?.Contains(facts[index].Id) != false)
                Append(facts[index] with { Id = fates[index].Id }, recover.Epoch, recover.IsHeld);
        }

        _answers.Add(() => recover.Done.TrySetResult(Array.ConvertAll(fates, fate => fate.Verdict)));
    }

    private RepeatReason RepeatOf(ConversationEvent e, KnownFact known) =>
        e.OccurredAt - known.OccurredAt is var apart && apart.Duration() > _sameWithin ? RepeatReason.SameEnd : RepeatReason.Journal;

    /// <summary>Not among <see cref="Entries"/>: from memory every destination would be given it.</summary>
    private void Replay(JournalWork.Replay replay)
    {
        var position = new JournalPosition(Counters.NextPosition);
        if (_statements.Copy(replay.Position, position, _now) is not { } conversation)
        {
            _answers.Add(() => replay.Done.TrySetResult(null));
            return;
        }

        // A run of accepted positions ends before it: the copy is a fact of another kind.
        EndAccepted();
        Remember(conversation, position.Value, ConversationIndex.DayOf(_now));
        Counters = Counters with { NextPosition = position.Value + 1 };
        foreach (var other in Destinations.Keys.Where(other => other != replay.Destination))
            _statements.Settle(other, position, Outcomes.Skipped, _now);
        Fact("replayed", Destinations[replay.Destination], Detail(("position", position.Value), ("of", replay.Position.Value), ("by", replay.By)), position.Value);
        _answers.Add(() => replay.Done.TrySetResult(position));
    }

    private void Replay(JournalWork.ReplayDeadLetter replay)
    {
        var conversation = _statements.Resolve(replay.Destination, replay.Position);
        if (conversation is not null)
        {
            _statements.Wait(replay.Destination, conversation, replay.Position, _now);
            Fact("replayed", Destinations[replay.Destination], Detail(("position", replay.Position.Value), ("by", replay.By)), replay.Position.Value);
            Freed.Add((replay.Destination, conversation));
        }

        _answers.Add(() => replay.Done.TrySetResult(conversation is not null));
    }

    private void Discard(JournalWork.Discard discard)
    {
        var conversation = _statements.Resolve(discard.Destination, discard.Position);
        if (conversation is not null)
        {
            _statements.Discard(discard.Destination, discard.Position, _now);
            Fact("discarded", Destinations[discard.Destination], Detail(("position", discard.Position.Value), ("reason", discard.Reason), ("by", discard.By)), discard.Position.Value);
            Freed.Add((discard.Destination, conversation));
        }

        _answers.Add(() => discard.Done.TrySetResult(conversation is not null));
    }

    /// <summary>All that the journal has of a conversation, this group's own work counted in.</summary>
    private IReadOnlyList<KnownFact> Known(string conversation)
    {
        var key = ConversationIndex.KeyOf(conversation);
        var positions = new List<long>();
        _index.Find(key, positions);
        positions.AddRange(_slots.Where(slot => slot.Key == key).Select(slot => slot.Position));
        return _statements.Known(conversation, key, positions);
    }

    /// <summary>False: the journal has no end of this conversation. Most ends are the first, and need no more than this.</summary>
    private bool MayHaveEnded(string conversation)
    {
        var key = ConversationIndex.KeyOf(conversation);
        _days ??= _statements.Days();
        return _index.MayHaveEnd(key) || _ended.Contains(key) || _statements.MayHave(conversation, key, _days);
    }

    private void Remember(string conversation, long position, long day, bool mayBeEnd = true)
    {
        var slot = new ConversationIndex.Slot(ConversationIndex.KeyOf(conversation), position, day, mayBeEnd);
        _slots.Add(slot);
        if (mayBeEnd)
            _ended.Add(slot.Key);
    }

    private void HandOverToTable()
    {
        if (!_index.IsLeaving)
            return;
        var slots = _index.Next(Math.Max(HandOver, 2 * Events));
        foreach (var slot in slots)
            _statements.Index(slot);
        _handedOver = slots.Length;
        if (_index.Next(int.MaxValue).Length == _handedOver)
            _statements.IndexedThrough(_index.LeavingThrough);
    }

    private void Release(JournalWork.Release release)
    {
        var released = _statements.Release(release.Epoch, release.ThroughSequence, new JournalPosition(Counters.NextPosition));
        foreach (var (position, conversation, day) in released)
            Remember(conversation, position, day);
        if (released.Count > 0)
            Accept(released.Count);
    }

    private void Accept(long count)
    {
        EndDelivered();
        if (_acceptedCount == 0)
            _acceptedFrom = Counters.NextPosition;
        _acceptedCount += count;
        Events += (int)count;
        Counters = Counters with { NextPosition = Counters.NextPosition + count };
    }

    private void Settle(Settlement settlement)
    {
        _statements.Deliver(settlement, _now);
        if (settlement.SettledThrough > _settledThrough.GetValueOrDefault(settlement.Destination))
            _settledThrough[settlement.Destination] = settlement.SettledThrough;
        if (settlement.Waits)
            return; // nothing has become of it yet
        EndAccepted();
        if (settlement.DeadLetterReason is { } reason)
        {
            var name = Destinations[settlement.Destination];
            _statements.DeadLetter(settlement, DeadLetterCause.Of(name, settlement.Status, reason, settlement.Attempt?.Answer), _now);
            Fact("dead-lettered", name, Detail(("status", settlement.Status), ("reason", reason)), settlement.Position.Value);
            return;
        }

        Settled(settlement.Destination, settlement.Position, Outcomes.Delivered);
    }

    /// <summary>Rows and lines like those of a delivery: what was accepted is accounted for at each destination.</summary>
    private void PassBy(JournalWork.PassBy pass)
    {
        EndAccepted();
        foreach (var position in pass.Positions)
        {
            _statements.Settle(pass.Destination, position, Outcomes.Filtered, _now);
            Settled(pass.Destination, position, Outcomes.Filtered);
        }

        if (pass.SettledThrough > _settledThrough.GetValueOrDefault(pass.Destination))
            _settledThrough[pass.Destination] = pass.SettledThrough;
    }

    private void DiscardBacklog(JournalWork.DiscardBacklog discard)
    {
        _statements.DiscardBacklog(discard.Destination, _now);
        Fact("discarded", Destinations[discard.Destination], Detail(("events", discard.Events), ("reason", discard.Reason), ("by", discard.By)));
        _answers.Add(() => discard.Done.TrySetResult());
    }

    private void Pause(JournalWork.Pause pause)
    {
        var isNew = _statements.Pause(pause.Destination, _now, pause.By, pause.Reason);
        if (isNew)
        {
            Fact("paused", Destinations[pause.Destination], Detail(("reason", pause.Reason), ("by", pause.By)));
            Pauses.Add((pause.Destination, new DestinationPause(DateTimeOffset.FromUnixTimeMilliseconds(_now), pause.By, pause.Reason)));
        }

        _answers.Add(() => pause.Done.TrySetResult(isNew));
    }

    private void Resume(JournalWork.Resume resume)
    {
        var wasPaused = _statements.Resume(resume.Destination);
        if (wasPaused)
        {
            Fact("resumed", Destinations[resume.Destination], Detail(("by", resume.By)));
            Pauses.Add((resume.Destination, null));
        }

        _answers.Add(() => resume.Done.TrySetResult(wasPaused));
    }

    private void Add(JournalWork.AddToken add)
    {
        var token = add.Token;
        var isNew = _statements.Access.Add(token);
        if (isNew)
            Fact("token-created", null, Detail(("name", token.Name), ("role", token.Role), ("expires", token.ExpiresAt is { } at ? EventTime.ToText(at) : null), ("by", token.CreatedBy)));
        _answers.Add(() => add.Done.TrySetResult(isNew));
    }

    private void Revoke(JournalWork.RevokeToken revoke)
    {
        var was = _statements.Access.Remove(revoke.Name);
        if (was)
            Fact("token-revoked", null, Detail(("name", revoke.Name), ("by", revoke.By)));
        _answers.Add(() => revoke.Done.TrySetResult(was));
    }

    private void Settled(DestinationNumber destination, JournalPosition position, string outcome)
    {
        if (_delivered.Count > 0 && (_deliveredTo != destination || _deliveredAs != outcome))
            EndDelivered();
        (_deliveredTo, _deliveredAs) = (destination, outcome);
        _delivered.Add(position.Value);
    }

    private void Record(GapChange change)
    {
        var gap = change.Gap;
        if (gap.Reason != GapReason.Manual)
            _since ??= gap.From; // of an event that was dropped, and has no mark of its own
        if (gap.Number >= Counters.NextGap)
            Counters = Counters with { NextGap = gap.Number + 1 };
        switch (change.Kind)
        {
            case GapChangeKind.Filled when gap.ConfirmedAt is null:
                _statements.ForgetGap(gap.Number);
                return;
            case GapChangeKind.Filled:
                if (_statements.Gap(gap, GapStateNames.Of(GapState.Filled), _at))
                    Fact("gap-filled", null, GapDetail(gap));
                return;
            case GapChangeKind.Confirmed or GapChangeKind.Extended:
                _statements.Gap(gap, GapStateNames.Of(gap.IsTolerated ? GapState.Tolerated : GapState.Open), null);
                break;
            default:
                _statements.Gap(gap, null, null);
                break;
        }

        if (change.Kind == GapChangeKind.Confirmed)
            Fact("gap-detected", null, GapDetail(gap));
    }

    private void Save(GapFill fill)
    {
        if (!_statements.Fill(fill) || !fill.IsClosed)
            return;
        Fact(fill.State == GapState.Filled ? "gap-filled" : "gap-abandoned", null, Detail(
            ("gap", fill.Number),
            ("reason", GapReasonNames.Of(fill.Reason)),
            ("from", fill.From is { } from ? EventTime.ToText(from) : null),
            ("to", fill.To is { } to ? EventTime.ToText(to) : null),
            ("asks", fill.Asks),
            ("recovered", fill.Recovered),
            ("known", fill.Known),
            ("problem", fill.Problem),
            ("notAsked", fill.NotAsked)));
    }

    private void Move(Mark mark)
    {
        _since ??= mark.OccurredAt;
        Counters = Counters with { Mark = mark };
    }

    private void EndAccepted()
    {
        if (_acceptedCount == 0)
            return;
        Number(_acceptedCount, "accepted", _acceptedFrom, null, null, null);
        _acceptedCount = 0;
    }

    private void EndDelivered()
    {
        if (_delivered.Count == 0)
            return;
        _delivered.Sort();
        Number(_delivered.Count, _deliveredAs, null, PositionList.Pack(_delivered), Destinations[_deliveredTo], null);
        _delivered.Clear();
    }

    private void Fact(string kind, string? destination, string? detail, long? position = null)
    {
        EndAccepted();
        EndDelivered();
        Number(1, kind, position, null, destination, detail);
    }

    private void Number(long count, string kind, long? firstPosition, byte[]? positions, string? destination, string? detail)
    {
        _statements.Fact(Counters.NextFact, count, kind, _now, firstPosition, positions, destination, detail);
        Counters = Counters with { NextFact = Counters.NextFact + count };
    }

    private static string GapDetail(Gap gap) => Detail(
        ("gap", gap.Number),
        ("firstSequence", gap.First),
        ("lastSequence", gap.Last),
        ("missing", gap.MissingCount),
        ("reason", GapReasonNames.Of(gap.Reason)),
        ("from", gap.From is { } from ? EventTime.ToText(from) : null),
        ("to", gap.To is { } to ? EventTime.ToText(to) : null));

    private static string Detail(params (string Name, object? Value)[] members)
    {
        var detail = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null)
                detail[name] = JsonSerializer.SerializeToNode(value);
        }

        return detail.ToJsonString();
    }
}
