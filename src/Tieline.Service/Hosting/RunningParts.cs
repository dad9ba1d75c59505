using Tieline.Delivery;
using Tieline.Journal;
using Tieline.Pipeline;

namespace Tieline.Service.Hosting;

/// <summary>What health and metrics look at, while there is something to look at.</summary>
internal sealed class RunningParts
{
    private volatile Parts? _current;

    public Parts? Current => _current;

    public void Set(SqliteJournal journal, LoopSupervisor supervisor, IReadOnlyList<Dispatcher> dispatchers) => _current = new Parts(journal, supervisor, dispatchers);

    public void Clear() => _current = null;

    internal sealed record Parts(SqliteJournal Journal, LoopSupervisor Supervisor, IReadOnlyList<Dispatcher> Dispatchers);
}
