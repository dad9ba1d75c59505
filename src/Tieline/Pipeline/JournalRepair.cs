using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>Sends what is missing the way all else is sent: through the one way in, or as a copy of what the journal has.</summary>
internal sealed class JournalRepair(EventIntake intake, IJournal journal) : IReconcileRepair
{
    public async Task RecoverAsync(IReadOnlyList<ConversationEvent> facts, IReadOnlySet<EventId> wanted, CancellationToken cancellation) =>
        await intake.RecoverAsync(facts, cancellation, wanted);

    public async Task<bool> ReplayAsync(JournalPosition position, DestinationNumber destination, CancellationToken cancellation) =>
        await journal.AskAsync<JournalPosition?>(done => new JournalWork.Replay(position, destination, done), cancellation) is not null;
}
