using System.Globalization;
using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.Pipeline;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Reload;

namespace Tieline.Service.Http;

/// <summary>Whether Genesys lets us in. A connection that is being made again is no reason to be unready: it heals by itself.</summary>
internal sealed class SourceCheck(SourceStatus status) : IReadinessCheck
{
    public string Name => "genesys";

    public string? Problem => status.NeedsAttention ? status.Problem ?? "Genesys refuses us; see the log" : null;

    public string? Note => status.NeedsAttention ? null : status.Problem;
}

/// <summary>Whether what is accepted can be made durable.</summary>
internal sealed class JournalCheck(RunningParts parts) : IReadinessCheck
{
    public string Name => "journal";

    public string? Problem => parts.Current is { } running ? running.Journal.Problem : "the pipeline is not running";
}

/// <summary>Whether every loop runs.</summary>
internal sealed class LoopCheck(RunningParts parts) : IReadinessCheck
{
    public string Name => "loops";

    public string? Problem => parts.Current?.Supervisor.Problem;

    public string? Note => parts.Current?.Supervisor.Note;
}

/// <summary>Whether each destination is set up so that it can take events. One that is down for a while heals by itself, and is shown by its lag.</summary>
internal sealed class DestinationCheck(RunningParts parts) : IReadinessCheck
{
    public string Name => "destinations";

    public string? Problem => parts.Current?.Dispatchers
        .Select(dispatcher => dispatcher.Status)
        .FirstOrDefault(status => status.State == Delivery.GateState.Misconfigured)?.Problem;

    /// <summary>Somebody wanted it so: it should not be forgotten.</summary>
    public string? Note => string.Join("; ", parts.Current?.Dispatchers
        .Select(dispatcher => dispatcher.Status)
        .Where(status => status.Pause is not null)
        .Select(status => $"{status.Problem}: 'tieline destinations resume {status.Destination}'; {status.Waiting} events wait") ?? []) is { Length: > 0 } paused ? paused : null;
}

/// <summary>Whether what the files of the configuration say is in force. Where it is not, what held before holds on, and events flow.</summary>
internal sealed class ConfigurationCheck(ConfigurationInForce configuration) : IReadinessCheck
{
    public string Name => "configuration";

    public string? Problem => null;

    public string? Note => configuration.Note;
}

/// <summary>Reports a step of the system clock. A step does not make Tieline unready, since no wait depends on that clock.</summary>
internal sealed class ClockStepCheck(ClockWatch watch) : IReadinessCheck
{
    public string Name => "clock-steps";

    public string? Problem => null;

    public string? Note => watch.Note;
}

/// <summary>Whether events move: nothing waits for a minute at a destination that takes events, and nothing is held behind a hole for longer than holes are waited for.</summary>
internal sealed class ProgressCheck(RunningParts parts, TielineOptions options, TimeProvider time) : IReadinessCheck
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>A rate limit that wants a longer wait does not count requests any more: it waits for a time that does not come.</summary>
    private static readonly TimeSpan _longestPace = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private (long? First, MonotonicTime Since) _held = (null, MonotonicTime.Always);

    public string Name => "progress";

    public string? Problem => parts.Current is { } running ? Delivering(running) ?? Holding(running) : null;

    /// <summary>What waits for an answer longer than one usually takes is no fault, and is said.</summary>
    public string? Note => parts.Admin?.Intake.HeldSince is { } since && time.GetMonotonicTime() - since is var age && age > options.Gaps.HoldFor && HeldCount() is > 0 and var count
        ? string.Create(CultureInfo.InvariantCulture, $"{count} events wait behind a hole in their numbers, the oldest for {age.TotalSeconds:F0} s: Genesys's answer about it is on its way (Gaps:HoldAtMost)")
        : null;

    private long HeldCount()
    {
        try
        {
            return parts.Current?.Journal.Read(reader => reader.ReadHeldCount()) ?? 0;
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException)
        {
            return 0; // the journal's own check says so
        }
    }

    private string? Delivering(RunningParts.Parts running) => running.Dispatchers
        .Select(dispatcher => dispatcher.Status)
        .Where(status => status is { State: Delivery.GateState.Open, InFlight: 0 } && status.OldestWaitingSince is { } since && time.GetUtcNow() - since > _patience && !IsPaced(status))
        .Select(status => $"destination '{status.Destination}' takes events, but none has gone out while one waits for over a minute")
        .FirstOrDefault();

    /// <summary>Its rate limit says when the next one goes, and that is a time that can be believed.</summary>
    private bool IsPaced(Delivery.DispatcherStatus status) =>
        status.RateFreeAt is { } free && free - time.GetUtcNow() is var wait && wait > -_patience && (wait <= _longestPace || status.LeftToday == 0);

    /// <summary>The oldest that is held is the same as a while ago: told by looking twice, so whatever a clock says.</summary>
    private string? Holding(RunningParts.Parts running)
    {
        var first = First(running);
        var now = time.GetMonotonicTime();
        lock (_gate)
        {
            if (first is null || first != _held.First)
                _held = (first, now);
            return first is not null && now - _held.Since > options.Gaps.ReorderWindow + options.Gaps.LongestHold + _patience
                ? string.Create(CultureInfo.InvariantCulture, $"events are held behind a hole in their numbers for longer than Gaps:ReorderWindow and Gaps:HoldAtMost allow, the oldest for at least {(now - _held.Since).TotalSeconds:F0} s, and none is let go")
                : null;
        }
    }

    private static long? First(RunningParts.Parts running)
    {
        try
        {
            return running.Journal.Read(reader => reader.ReadFirstHeld());
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException)
        {
            return null; // the journal's own check says so
        }
    }
}
