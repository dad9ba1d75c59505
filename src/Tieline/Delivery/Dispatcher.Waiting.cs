using System.Collections.Concurrent;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>Conversations that do not go out as they come: a dead letter stands before them (<see cref="DeadLetterMode.Hold"/>), or they have just been let go on.</summary>
/// <remarks>
/// What waits is on the disk and not in hand: the destination has gone past it, so a conversation that waits for days costs its name. It goes on in batches, once what was last told the journal of it is durable; until
/// none is left, its new events wait behind those.
/// </remarks>
internal sealed partial class Dispatcher
{
    /// <summary>Entries of a conversation in hand at once.</summary>
    private const int Batch = 64;

    /// <summary>Conversations that go on at once; the others have their turn after them.</summary>
    private const int MaxGoingOn = 64;

    private readonly Dictionary<string, WaitingConversation> _waits = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _freed = new();
    private readonly ConcurrentQueue<string> _looked = new();
    private readonly Queue<string> _turns = new();
    private int _goingOn;

    private bool Holds => _options.OnDeadLetter == DeadLetterMode.Hold;

    private async ValueTask BeginWaitingAsync(CancellationToken aborting)
    {
        foreach (var conversation in _journal.ReadWaitingConversations(_number, !Holds))
            _waits.TryAdd(conversation, new WaitingConversation());
        foreach (var (conversation, waiting) in _waits.Where(one => !one.Value.IsLooking).ToList())
            await LookAsync(conversation, waiting, aborting);
    }

    /// <summary>On the writer's thread.</summary>
    private void Free(string conversation)
    {
        _freed.Enqueue(conversation);
        Wake();
    }

    /// <summary>Its turn comes after what waits of its conversation.</summary>
    private async ValueTask WaitAsync(JournalEntry entry, CancellationToken aborting)
    {
        var waiting = _waits[entry.ConversationId];
        waiting.IsChanged = true;
        waiting.From ??= entry.Position;
        _lanes.Pass(entry);
        await PostWaitingAsync(entry, SettledThrough, aborting);
    }

    /// <summary>What was read of a conversation and is not in hand, in order.</summary>
    private IEnumerable<JournalEntry> LeftOut(string conversation, JournalPosition? from)
    {
        while (from is { } next)
        {
            var entries = _journal.ReadEntriesOf(_number, conversation, next, _read, Batch);
            foreach (var entry in entries.Where(Wants))
                yield return entry;
            from = entries.Count < Batch ? null : new JournalPosition(entries[^1].Position.Value + 1);
        }
    }

    private ValueTask PostWaitingAsync(JournalEntry entry, JournalPosition through, CancellationToken aborting) =>
        PostAsync(new Settlement(_number, entry.Position, null, entry.Attempts, null, through) { Waits = true }, aborting);

    /// <summary>A dead letter stops its conversation.</summary>
    /// <param name="rest">What was in hand behind it.</param>
    /// <param name="leftOut">From where on more of it was read and is not in hand; null where that was all.</param>
    /// <param name="through">The destination goes past none of them before all are down as waiting.</param>
    private async ValueTask HoldAsync(JournalEntry dead, IReadOnlyList<JournalEntry> rest, JournalPosition? leftOut, JournalPosition through, CancellationToken aborting)
    {
        var waiting = Waiting(dead.ConversationId);
        waiting.IsChanged = true;
        _goingOn -= waiting.InHand > 0 ? 1 : 0;
        waiting.InHand = 0;
        JournalEntry? last = null;
        foreach (var entry in rest.Where(entry => !entry.HasWaited).Concat(LeftOut(dead.ConversationId, leftOut)))
        {
            if (last is not null)
                await PostWaitingAsync(last, through, aborting);
            last = entry;
        }

        if (last is not null)
            await PostWaitingAsync(last, SettledThrough, aborting);
        await LookAsync(dead.ConversationId, waiting, aborting);
    }

    /// <summary>What had waited is settled; with the last in hand the next may be looked for.</summary>
    private async ValueTask HasGoneAsync(JournalEntry entry, CancellationToken aborting)
    {
        var waiting = Waiting(entry.ConversationId);
        waiting.IsChanged = true;
        if (--waiting.InHand > 0)
            return;
        _goingOn--;
        await LookAsync(entry.ConversationId, waiting, aborting);
    }

    private async ValueTask LetGoOnAsync(CancellationToken aborting)
    {
        while (_freed.TryDequeue(out var conversation))
        {
            if (Waiting(conversation) is { InHand: 0 } waiting)
                await LookAsync(conversation, waiting, aborting);
        }

        while (_looked.TryDequeue(out var conversation))
            _turns.Enqueue(conversation);
        while (_goingOn < MaxGoingOn && _turns.TryDequeue(out var conversation))
            await GoOnAsync(conversation, _waits[conversation], aborting);
    }

    private async ValueTask GoOnAsync(string conversation, WaitingConversation waiting, CancellationToken aborting)
    {
        waiting.IsLooking = false;
        if (waiting.IsChanged)
        {
            // What was told the journal meanwhile would not be seen.
            await LookAsync(conversation, waiting, aborting);
            return;
        }

        var entries = _journal.ReadWaiting(_number, conversation, !Holds, Batch);
        foreach (var entry in entries)
            _lanes.AddWaiting(entry);
        waiting.InHand = entries.Count;
        _goingOn += entries.Count > 0 ? 1 : 0;
        if (entries.Count == 0 && !_journal.IsWaitedFor(_number, conversation, !Holds))
            _waits.Remove(conversation);
    }

    /// <summary>Looks what may go out of it, once all that the journal was told of it can be read.</summary>
    private async ValueTask LookAsync(string conversation, WaitingConversation waiting, CancellationToken aborting)
    {
        if (waiting.IsLooking)
            return;
        (waiting.IsLooking, waiting.IsChanged) = (true, false);
        var durable = new TaskCompletionSource(); // what follows is as quick as a wake: no thread of its own
        _ = durable.Task.ContinueWith(
            _ =>
            {
                _looked.Enqueue(conversation);
                Wake();
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await _journal.PostAsync(new JournalWork.Barrier(durable), aborting);
    }

    private WaitingConversation Waiting(string conversation)
    {
        if (!_waits.TryGetValue(conversation, out var waiting))
            _waits[conversation] = waiting = new WaitingConversation();
        return waiting;
    }

    private sealed class WaitingConversation
    {
        /// <summary>Of what had waited, so many are in hand.</summary>
        public int InHand { get; set; }

        public bool IsLooking { get; set; }

        /// <summary>What came of it since it waits: all from here on waits. Null before the first.</summary>
        public JournalPosition? From { get; set; }

        /// <summary>The journal was told something of it since it was last asked to make all durable.</summary>
        public bool IsChanged { get; set; }
    }
}
