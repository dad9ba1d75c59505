using System.Diagnostics.Metrics;
using Tieline.Audit;
using Tieline.Diagnostics;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>Whether the audit log is written. That it is not is no reason to be unready: events move, and what it lacks waits in the journal.</summary>
internal sealed class AuditCheck(RunningParts parts) : IReadinessCheck
{
    /// <summary>Lines come in groups of a second: what is later than this is late.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public string Name => "audit";

    public string? Problem => null;

    public string? Note => Of(parts.Audit);

    /// <summary>In a sentence; null while all is well.</summary>
    public static string? Of(AuditProjection? audit) => audit switch
    {
        null => null,
        { Problem: { } problem } => $"the audit log is not written: {problem}",
        { Lag: var lag } when lag > Patience => $"the audit log is {lag.TotalMinutes:F0} min behind",
        _ => null,
    };

    /// <summary>Its figure; there is none while nothing runs.</summary>
    public static void Observe(RunningParts parts, TielineMetrics metrics) => metrics.Observe(
        "tieline.audit.lag", "s", "How long a fact has been waiting for its line in the audit log; 0 while no fact waits.",
        () => parts.Audit is { } audit ? [new Measurement<double>(audit.Lag.TotalSeconds)] : Array.Empty<Measurement<double>>());
}
