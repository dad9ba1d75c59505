using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>What the source is doing and what is wrong with it, for health and the console. Written by its loop, read from any thread.</summary>
internal sealed class SourceStatus(TimeProvider time, SpecificationMetrics specification, SilenceLimits limits)
{
    private volatile Snapshot _current = new(SourceState.Starting, null, time.GetUtcNow());

    /// <summary>State, problem and since when, as one: read it once. Nobody sets <see cref="SourceState.Silent"/>: it is what has become of a connection by now.</summary>
    public Snapshot Current => _current is { State: SourceState.Connected } && specification is { IsConnected: true, Silence: { } silence } && silence >= limits.Overdue
        ? Unheard(silence)
        : _current;

    public SourceState State => Current.State;

    /// <summary>One sentence with what to check; null where all is well.</summary>
    public string? Problem => Current.Problem;

    public DateTimeOffset Since => Current.Since;

    /// <summary>Whether a person must change something before events can flow; readiness is off then.</summary>
    public bool NeedsAttention => _current.State is SourceState.TokenRefused or SourceState.HandshakeRefused or SourceState.SubscriptionRefused;

    /// <summary>Says where the source stands; <see cref="Since"/> moves only when the state changes.</summary>
    public void Set(SourceState state, string? problem = null)
    {
        var before = _current;
        _current = new Snapshot(state, problem, before.State == state ? before.Since : time.GetUtcNow());
    }

    private Snapshot Unheard(TimeSpan silence) => new(
        SourceState.Silent,
        $"No answer from Genesys for {(int)silence.TotalSeconds} s; the connection is replaced after {limits.Replaced.TotalSeconds:F0} s at the latest",
        time.GetUtcNow() - silence);

    internal sealed record Snapshot(SourceState State, string? Problem, DateTimeOffset Since);
}
