using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using EventId = Tieline.Events.EventId;

namespace Tieline.Pipeline;

/// <summary>The side of a source that has no numbers: facts that snapshots told, the state they were told from, and the time in which nobody listened.</summary>
internal sealed partial class EventIntake
{
    /// <summary>Takes what a snapshot has told: of these facts, those that are wanted and that the journal does not have. Queued when it returns to its caller, durable when it completes.</summary>
    /// <param name="facts">All of one conversation, by time, each id once: those that are not wanted help to tell the others apart.</param>
    /// <param name="wanted">They pass the filter.</param>
    public async Task ObserveAsync(IReadOnlyList<ConversationEvent> facts, IReadOnlySet<EventId> wanted, CancellationToken aborting)
    {
        var now = _clock.Now;
        var done = new TaskCompletionSource<IReadOnlyList<FactVerdict>>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            foreach (var fact in facts)
                _sequencer.Saw(fact.OccurredAt, now);
            _outbox.Enqueue(new JournalWork.Recover([.. facts.Select(_redactor.RedactDerived)], _sequencer.Epoch, IsHeld: false, done, wanted));
        }

        await FlushAsync(aborting);
        var verdicts = await done.Task.WaitAsync(aborting);
        foreach (var (fact, verdict) in facts.Zip(verdicts))
        {
            if (wanted.Contains(fact.Id))
                Count(fact, verdict, now);
        }
    }

    /// <summary>Records how far the conversations of the snapshots have come, after the facts that were taken from them.</summary>
    /// <param name="move">Before it: the system clock was set, and what was saved earlier moves with it.</param>
    public ValueTask SaveAsync(IReadOnlyList<SavedConversation> conversations, CancellationToken aborting, JournalWork.MoveAsks? move = null)
    {
        lock (_gate)
        {
            if (move is not null)
                _outbox.Enqueue(move);
            _outbox.Enqueue(new JournalWork.SaveConversations(conversations));
        }

        return FlushAsync(aborting);
    }

    /// <summary>Opens a gap for a time in which not all was listened to.</summary>
    /// <param name="from">By our own clock; of <see cref="GapReason.Restart"/> and <see cref="GapReason.Damaged"/> by Genesys's, since it is an event's.</param>
    /// <param name="to">By our own clock; of <see cref="GapReason.Damaged"/> by Genesys's.</param>
    public ValueTask MissedAsync(GapReason reason, DateTimeOffset from, DateTimeOffset to, CancellationToken aborting)
    {
        lock (_gate)
        {
            var now = _clock.Now;
            var ahead = now.Source - now.System;
            _sequencer.Missed(
                reason, reason is GapReason.Restart or GapReason.Damaged ? from : from.Plus(ahead), reason == GapReason.Damaged ? to : to.Plus(ahead), now);
            RecordChanges();
        }

        return FlushAsync(aborting);
    }

    /// <summary>The first run of a source without numbers begins now: nothing from before is wanted.</summary>
    public void BeginNow()
    {
        lock (_gate)
        {
            var now = _clock.Now;
            _sequencer.Saw(now.Source, now);
            _outbox.Enqueue(new JournalWork.Advance(_marked = _sequencer.Mark)); // before any event's: the first mark says since when
        }
    }

    private void Count(ConversationEvent fact, FactVerdict verdict, Moment now)
    {
        switch (verdict)
        {
            case FactVerdict.New:
                var latency = now.Source - fact.OccurredAt;
                _specification.Kept(latency);
                _metrics.Latency.Record(Math.Max(0, latency.TotalSeconds));
                _metrics.Kept.Add(1);
                break;
            case FactVerdict.Known:
                _metrics.Duplicates.Add(1, RepeatReasons.TagOf(RepeatReason.Journal));
                break;
            default:
                _metrics.Duplicates.Add(1, RepeatReasons.TagOf(RepeatReason.OtherEnd));
                if (_conflicts.MayLog(out var suppressed))
                    LogConflict(_logger, fact.ConversationId, fact.State, suppressed);
                break;
        }
    }
}
