using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>Sends what a reconciliation found missing.</summary>
internal interface IReconcileRepair
{
    /// <summary>Of these facts, appends those that are wanted and that the journal still does not have.</summary>
    /// <param name="facts">All of one conversation, by time, each id once: a fact is told from the others by all of them.</param>
    Task RecoverAsync(IReadOnlyList<ConversationEvent> facts, IReadOnlySet<EventId> wanted, CancellationToken cancellation);

    /// <summary>Sends an event of the journal once more, to one destination.</summary>
    /// <returns>False if it is not there any more.</returns>
    Task<bool> ReplayAsync(JournalPosition position, DestinationNumber destination, CancellationToken cancellation);
}
