using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;

namespace Tieline.Pipeline;

/// <summary>Says when somebody set the system clock. Nothing waits for it: every wait is on a clock that cannot be set (ADR 43).</summary>
internal sealed partial class ClockWatch
{
    /// <summary>How long a step is shown.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly TielineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ClockSteps _steps;
    private volatile Step? _last;

    public ClockWatch(TimeProvider time, TielineMetrics metrics, ILogger<ClockWatch> logger)
    {
        (_time, _metrics, _logger) = (time, metrics, logger);
        _steps = new ClockSteps(time);
    }

    /// <summary>One sentence, for <see cref="Shown"/> after a step; null otherwise.</summary>
    public string? Note => _last is { } last && _time.GetMonotonicTime() - last.At < Shown
        ? $"the system clock was set {Length(last.By)} to {last.To:yyyy-MM-dd HH:mm:ss} UTC; events go on flowing, but times of before are by the other clock"
        : null;

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                Look();
                await Task.Delay(_interval, _time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to.
        }
    }

    private void Look()
    {
        var by = _steps.Look();
        if (by == TimeSpan.Zero)
            return;
        var to = _time.GetUtcNow();
        _last = new Step(_time.GetMonotonicTime(), to, by);
        _metrics.ClockSteps.Add(1, new KeyValuePair<string, object?>("tieline.direction", by < TimeSpan.Zero ? "back" : "forward"));
        LogStep(_logger, to.Plus(-by), to, by.TotalSeconds);
    }

    private static string Length(TimeSpan by)
    {
        var (span, where) = (by.Duration(), by < TimeSpan.Zero ? "back" : "forward");
        var length = span.TotalDays >= 2 ? $"{span.TotalDays:F0} days" : span.TotalMinutes >= 2 ? $"{span.TotalMinutes:F0} min" : $"{span.TotalSeconds:F1} s";
        return $"{where} by {length}";
    }

    [LoggerMessage(EventId = 6330, EventName = "ClockSet", Level = LogLevel.Warning,
        Message = "The system clock was set from {From:O} to {To:O}, by {Seconds:F1} s (or the host was suspended). Waits are not affected; times in the journal and in logs are. Check time synchronisation: `tieline doctor` compares the clock with Genesys's")]
    private static partial void LogStep(ILogger logger, DateTimeOffset from, DateTimeOffset to, double seconds);

    private sealed record Step(MonotonicTime At, DateTimeOffset To, TimeSpan By);
}
