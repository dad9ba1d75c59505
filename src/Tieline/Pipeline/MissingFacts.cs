using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>What is missing of one conversation, and how it is sent.</summary>
/// <param name="facts">All that its record tells, by time, each id once.</param>
internal sealed class MissingFacts(IReadOnlyList<ConversationEvent> facts)
{
    private readonly List<ReconcileFinding> _unknown = [];
    private readonly List<(JournalPosition Position, DestinationNumber Destination, ReconcileFinding Finding)> _undelivered = [];

    public bool IsEmpty => _unknown.Count == 0 && _undelivered.Count == 0;

    /// <summary>How many events are on their way now.</summary>
    public int Repaired => _unknown.Count(finding => finding.IsRepaired)
        + _undelivered.Select(one => one.Finding).GroupBy(finding => finding.Id).Count(group => group.All(finding => finding.IsRepaired));

    /// <summary>The journal does not have it.</summary>
    public void Add(ReconcileFinding finding) => _unknown.Add(finding);

    /// <summary>The journal has it, and it has not arrived there.</summary>
    public void Add(ReconcileFinding finding, JournalPosition position, DestinationNumber destination) => _undelivered.Add((position, destination, finding));

    public async Task RepairAsync(IReconcileRepair repair, CancellationToken cancellation)
    {
        if (_unknown.Count > 0)
        {
            await repair.RecoverAsync(facts, _unknown.Select(finding => finding.Id).ToHashSet(), cancellation);
            _unknown.ForEach(finding => finding.IsRepaired = true);
        }

        foreach (var (position, destination, finding) in _undelivered)
            finding.IsRepaired = await repair.ReplayAsync(position, destination, cancellation);
    }
}
