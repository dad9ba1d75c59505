using Tieline.Audit;
using Tieline.Delivery;
using Tieline.Forwarding;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Pipeline;

namespace Tieline.Service.Hosting;

/// <summary>What health and metrics look at, while there is something to look at.</summary>
internal sealed class RunningParts
{
    private volatile Parts? _current;

    private volatile AdminParts? _admin;

    public Parts? Current => _current;

    /// <summary>What the admin API and the console work on.</summary>
    public AdminParts? Admin => _admin;

    /// <summary>Null while nothing runs.</summary>
    public AuditProjection? Audit { get; set; }

    /// <summary>Null while audit lines go nowhere.</summary>
    public AuditForwarder? Forwarder { get; set; }

    /// <summary>Genesys's clock; null before anything runs.</summary>
    public SourceClock? Clock { get; set; }

    /// <summary>Told once what runs, from its own thread.</summary>
    public Action<AdminParts>? Started { get; set; }

    /// <summary>Where HTTP is served; null where it is not.</summary>
    public Uri? Address { get; set; }

    public void Set(SqliteJournal journal, LoopSupervisor supervisor, IReadOnlyList<Dispatcher> dispatchers, AdminParts admin)
    {
        (_current, _admin) = (new Parts(journal, supervisor, dispatchers), admin);
        Started?.Invoke(admin);
    }

    /// <summary>Other dispatchers run from now on.</summary>
    public void Set(IReadOnlyList<Dispatcher> dispatchers)
    {
        if (_current is { } current)
            _current = current with { Dispatchers = dispatchers };
    }

    public void Clear() => (_current, _admin, Forwarder, Audit, Clock) = (null, null, null, null, null);

    internal sealed record Parts(SqliteJournal Journal, LoopSupervisor Supervisor, IReadOnlyList<Dispatcher> Dispatchers);
}
