using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Journal;

/// <summary>What goes into one transaction: applies each piece of work, and turns it into rows and facts. Used once.</summary>
/// <remarks>Facts are written when their run ends, so that accepted events that follow each other are one row, and so are deliveries to one destination.</remarks>
internal sealed class JournalGroup
{
    private readonly JournalStatements _statements;
    private readonly IReadOnlyDictionary<DestinationNumber, string> _destinations;
    private readonly DateTimeOffset _at;
    private readonly long _now;
    private readonly JournalCounters _start;
    private readonly List<long> _delivered = [];
    private readonly Dictionary<DestinationNumber, JournalPosition> _settledThrough = [];
    private readonly List<Action> _answers = [];
    private DestinationNumber _deliveredTo;
    private long _acceptedFrom;
    private long _acceptedCount;

    public JournalGroup(JournalStatements statements, JournalCounters start, IReadOnlyDictionary<DestinationNumber, string> destinations, DateTimeOffset now)
    {
        (_statements, _start, _destinations, _at, _now) = (statements, start, destinations, now, now.ToUnixTimeMilliseconds());
        Counters = start;
    }

    /// <summary>As they will be once the transaction is committed.</summary>
    public JournalCounters Counters { get; private set; }

    /// <summary>Events appended, as they are delivered; released ones are not among them.</summary>
    public List<JournalEntry> Entries { get; } = [];

    /// <summary>Events appended or released.</summary>
    public int Events { get; private set; }

    /// <summary>Tells those who wait for this work that it is durable.</summary>
    public void Answer() => _answers.ForEach(answer => answer());

    public void Apply(JournalWork work)
    {
        switch (work)
        {
            case JournalWork.Append append:
                Append(append);
                break;
            case JournalWork.Settle settle:
                Settle(settle.Settlement);
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
            case JournalWork.Barrier barrier:
                _answers.Add(() => barrier.Done.TrySetResult());
                break;
            case JournalWork.SaveHead save:
                _statements.Head(save.Head);
                _answers.Add(() => save.Done.TrySetResult());
                break;
            case JournalWork.Remove remove:
                var removed = _statements.Remove(remove.Through, remove.AtMost, _destinations.Keys, remove.FactsBefore.ToUnixTimeMilliseconds());
                _answers.Add(() => remove.Removed.TrySetResult(removed));
                break;
            default:
                throw new InvalidOperationException($"No such work: {work.GetType().Name}");
        }
    }

    /// <summary>Writes what has been gathered; the transaction may be committed after it.</summary>
    public void Close()
    {
        foreach (var (destination, through) in _settledThrough)
            _statements.SettledThrough(destination, through);
        EndAccepted();
        EndDelivered();
        if (Counters != _start)
            _statements.Mark(Counters.Mark, Counters.NextPosition, Counters.NextFact, Counters.NextGap);
    }

    private void Append(JournalWork.Append append)
    {
        var e = append.Event.Event;
        var participants = ParticipantsJson.Write(e.Participants);
        if (append.IsHeld)
        {
            _statements.Hold(e, append.Mark.Epoch, participants);
        }
        else
        {
            var position = new JournalPosition(Counters.NextPosition);
            _statements.Append(position, e, append.Mark.Epoch, participants);
            Entries.Add(new JournalEntry(
                position, e.Id, e.ConversationId, e.Type, e.State, e.OccurredAt, Encoding.UTF8.GetBytes(participants), e.Origin, e.ReceivedAt, 0, TimeSpan.Zero));
            Accept(1);
        }

        Move(append.Mark);
    }

    private void Release(JournalWork.Release release)
    {
        var count = _statements.Release(release.Epoch, release.ThroughSequence, new JournalPosition(Counters.NextPosition));
        if (count > 0)
            Accept(count);
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
        EndAccepted();
        if (settlement.DeadLetterReason is { } reason)
        {
            _statements.DeadLetter(settlement, _now);
            Fact("dead-lettered", _destinations[settlement.Destination], Detail(("status", settlement.Status), ("reason", reason)), settlement.Position.Value);
            return;
        }

        if (_delivered.Count > 0 && _deliveredTo != settlement.Destination)
            EndDelivered();
        _deliveredTo = settlement.Destination;
        _delivered.Add(settlement.Position.Value);
    }

    private void Record(GapChange change)
    {
        var gap = change.Gap;
        if (gap.Number >= Counters.NextGap)
            Counters = Counters with { NextGap = gap.Number + 1 };
        switch (change.Kind)
        {
            case GapChangeKind.Filled when gap.ConfirmedAt is null:
                _statements.ForgetGap(gap.Number);
                return;
            case GapChangeKind.Filled:
                _statements.Gap(gap, "filled", _at);
                Fact("gap-filled", null, GapDetail(gap));
                return;
            default:
                _statements.Gap(gap, gap.ConfirmedAt is null ? "seen" : "open", null);
                break;
        }

        if (change.Kind == GapChangeKind.Confirmed)
            Fact("gap-detected", null, GapDetail(gap));
    }

    private void Move(Mark mark) => Counters = Counters with { Mark = mark };

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
        Number(_delivered.Count, "delivered", null, PositionList.Pack(_delivered), _destinations[_deliveredTo], null);
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
