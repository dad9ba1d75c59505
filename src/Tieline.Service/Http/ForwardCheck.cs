using System.Diagnostics.Metrics;
using Tieline.Diagnostics;
using Tieline.Forwarding;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>Whether the SIEM has the audit lines. That it lacks some is no reason to be unready: they are on the disk, and events move.</summary>
internal sealed class ForwardCheck(RunningParts parts, TimeProvider time) : IReadinessCheck
{
    public string Name => "audit-forward";

    public string? Problem => null;

    public string? Note => parts.Forwarder?.Status is { } status && Lag(status, time) is var lag && lag > ForwardDefaults.Patience
        ? $"audit forwarding is {lag.TotalMinutes:F0} min and {status.Waiting} lines behind{(status.Problem is { } problem ? $": {problem}" : "")}"
        : null;

    /// <summary>Its figures; there are none while nothing is forwarded.</summary>
    public static void Observe(RunningParts parts, TimeProvider time, TielineMetrics metrics)
    {
        metrics.Observe("tieline.audit.forward.lag", "s", "Age of the oldest audit line that the SIEM is not known to have; 0 without one. Absent while nothing is forwarded.", () => Read(status => Lag(status, time).TotalSeconds));
        metrics.Observe("tieline.audit.forward.waiting", "{line}", "Durable audit lines that the SIEM is not known to have.", () => Read(status => status.Waiting));
        metrics.Observe("tieline.audit.forward.success.age", "s", "Since the SIEM last took audit lines; absent before the first time.", () =>
            Read(status => status.LastSuccess is { } success ? Math.Max(0, (time.GetUtcNow() - success).TotalSeconds) : null));

        IEnumerable<Measurement<double>> Read(Func<ForwardStatus, double?> read) => parts.Forwarder is { } forwarder && read(forwarder.Status) is { } value ? [new Measurement<double>(value)] : [];
    }

    private static TimeSpan Lag(ForwardStatus status, TimeProvider time) =>
        status.OldestWaiting is { } since && time.GetUtcNow() - since is var lag && lag > TimeSpan.Zero ? lag : TimeSpan.Zero;
}
