using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Journal;

/// <summary>One thing for the writer to make durable. What is queued together becomes durable together, in the order in which it was queued.</summary>
internal abstract record JournalWork
{
    private JournalWork()
    {
    }

    /// <summary>Nobody waits for it: it may ride with what comes next, for a moment. What is lost with it in a crash is found out again: a settled entry is sent once more, under the same id.</summary>
    public bool CanWait => this is Settle or Retry or Advance;

    /// <param name="Mark">What is accounted for once this event is.</param>
    /// <param name="IsHeld">It waits for a hole before it.</param>
    public sealed record Append(RedactedEvent Event, Mark Mark, bool IsHeld) : JournalWork;

    public sealed record RecordGap(GapChange Change) : JournalWork;

    /// <summary>Held events of these numbers go out, by time and sequence.</summary>
    public sealed record Release(long Epoch, long ThroughSequence) : JournalWork;

    public sealed record Advance(Mark Mark) : JournalWork;

    public sealed record Settle(Settlement Settlement) : JournalWork;

    public sealed record Retry(RetryRecord Record) : JournalWork;

    /// <param name="Kind"><c>started</c> or <c>stopped</c>.</param>
    public sealed record Note(string Kind, string? Detail) : JournalWork;

    /// <summary>Nothing but a place in the queue: done once everything before it is durable.</summary>
    public sealed record Barrier(TaskCompletionSource Done) : JournalWork;

    public sealed record SaveHead(AuditHead Head, TaskCompletionSource Done) : JournalWork;

    /// <summary>Removes settled events, oldest first.</summary>
    /// <param name="Through">None above this position.</param>
    /// <param name="Removed">How many events went.</param>
    public sealed record Remove(JournalPosition Through, int AtMost, DateTimeOffset FactsBefore, TaskCompletionSource<int> Removed) : JournalWork;
}
