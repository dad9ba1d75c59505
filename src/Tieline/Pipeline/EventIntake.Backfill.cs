using Tieline.Backfill;
using Tieline.Derivation;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using EventId = Tieline.Events.EventId;

namespace Tieline.Pipeline;

/// <summary>The backfill's side of it: what was fetched comes in, and what became of gaps goes out.</summary>
internal sealed partial class EventIntake
{
    /// <summary>Whether the filter lets it pass.</summary>
    public bool Keeps(ConversationEvent fact) => _filter.Keeps(fact);

    /// <summary>Takes what was fetched: of these facts, those that are wanted and that the journal does not have.</summary>
    /// <param name="facts">All of one conversation, by time, each id once: those that are not wanted help to tell the others apart.</param>
    /// <param name="wanted">Null: those that pass the filter, and they alone count.</param>
    /// <returns>A verdict for each, once they are durable.</returns>
    public async Task<IReadOnlyList<(ConversationEvent Fact, FactVerdict Verdict)>> RecoverAsync(
        IReadOnlyList<ConversationEvent> facts, CancellationToken aborting, IReadOnlySet<EventId>? wanted = null)
    {
        ConversationEvent[] kept = [.. facts.Where(fact => wanted is not null || _filter.Keeps(fact))];
        if (kept.Length == 0)
            return [];
        var done = new TaskCompletionSource<IReadOnlyList<FactVerdict>>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            // Before its work is queued: a live event behind it then knows that it must be looked up.
            _touched.Add(kept[0].ConversationId);
            _outbox.Enqueue(new JournalWork.Recover([.. kept.Select(_redactor.RedactDerived)], _sequencer.Epoch, _holds, done, wanted));
        }

        await FlushAsync(aborting);
        var verdicts = await done.Task.WaitAsync(aborting);
        // An end that was not wanted, and that the journal does not have, is still to be told by whoever follows the conversation.
        if (kept.Zip(verdicts).Any(one => EventDerivation.HasEnded([one.First]) && (one.Second != FactVerdict.New || wanted?.Contains(one.First.Id) != false)))
            ConversationEnded(kept[0].ConversationId);
        return [.. kept.Zip(verdicts)];
    }

    /// <summary>A complete answer about these gaps is durable: nothing waits for them any more. One that has changed since <see cref="TakeGapChanges"/> was asked about as it was before, and still waits.</summary>
    public ValueTask AnsweredAsync(IEnumerable<long> gaps, CancellationToken aborting)
    {
        lock (_gate)
        {
            _sequencer.Answered(gaps.Where(gap => !HasChanged(gap)).ToHashSet());
            Release();
        }

        return FlushAsync(aborting);
    }

    /// <summary>An ask about these gaps has failed: what is behind them waits no longer than it does for an answer that nobody knows to come.</summary>
    public ValueTask RefusedAsync(IEnumerable<long> gaps, CancellationToken aborting)
    {
        lock (_gate)
        {
            _sequencer.Refused(gaps.ToHashSet(), _clock.Now);
            RecordChanges();
            Release();
        }

        HoleOpened();
        return FlushAsync(aborting);
    }

    /// <summary>Records how far a gap has come. A closed one no longer recognises what is late.</summary>
    /// <returns>False: it has changed since <see cref="TakeGapChanges"/>, and nothing was recorded.</returns>
    public async ValueTask<bool> SaveAsync(GapFill fill, CancellationToken aborting)
    {
        lock (_gate)
        {
            if (HasChanged(fill.Number))
                return false;
            if (fill.IsClosed)
            {
                _sequencer.Forget(new HashSet<long> { fill.Number });
                Release();
            }

            _outbox.Enqueue(new JournalWork.SaveFill(fill));
        }

        await FlushAsync(aborting);
        return true;
    }

    /// <summary>Opens a gap for a span that somebody wants to have fetched.</summary>
    /// <returns>Its number, once it is queued to be durable.</returns>
    public async ValueTask<long> RequestAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken aborting)
    {
        long number;
        lock (_gate)
        {
            number = _sequencer.Request(from, to, _clock.Now);
            RecordChanges();
        }

        await FlushAsync(aborting);
        return number;
    }

    /// <summary>What became of confirmed gaps since the last call, in order: found, found to be bigger, or filled.</summary>
    public IReadOnlyList<GapChange> TakeGapChanges()
    {
        lock (_changesGate)
        {
            GapChange[] changes = [.. _gapChanges];
            _gapChanges.Clear();
            return changes;
        }
    }

    /// <summary>Whether a gap has become another, or none, and nobody has taken note.</summary>
    private bool HasChanged(long gap)
    {
        lock (_changesGate)
            return _gapChanges.Exists(change => change.Gap.Number == gap);
    }

    /// <summary>Who fills gaps need not know of holes that may fill themselves, nor of each late event: an answer may take an hour, and what has happened by then must not fill the memory.</summary>
    private bool Tell(GapChange change)
    {
        if (change.Gap.ConfirmedAt is null || change.Kind is GapChangeKind.Seen or GapChangeKind.Shrunk)
            return false;
        lock (_changesGate)
        {
            // One that grows with each frame is told once, as it is when somebody looks.
            if (change.Kind == GapChangeKind.Extended && _gapChanges is [.., var last] && last.Gap.Number == change.Gap.Number && last.Kind != GapChangeKind.Filled)
                _gapChanges[^1] = last with { Gap = change.Gap };
            else
                _gapChanges.Add(change);
        }

        return true;
    }
}
