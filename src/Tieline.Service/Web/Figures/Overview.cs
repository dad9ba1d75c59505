using Tieline.Backfill;
using Tieline.Delivery;
using Tieline.Genesys;

namespace Tieline.Service.Web.Figures;

/// <summary>How Tieline stands, read at one moment.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Silence">Since the last frame or heartbeat; null while there is no connection.</param>
/// <param name="DownFor">Without a connection; null while there is one.</param>
/// <param name="Received">Frames since the start; so with the other counts.</param>
/// <param name="Rates">Null until they are known.</param>
/// <param name="LatencyP50Ms">From receiving an event to its acceptance; NaN before the first. So with <paramref name="LatencyP99Ms"/>.</param>
/// <param name="Gaps">Those that are not closed, oldest first.</param>
/// <param name="JournalProblem">Why nothing can be written; null where it can.</param>
/// <param name="LoopProblem">Which loop keeps failing; null where none does.</param>
/// <param name="Coverage">Of the last 24 hours, or of the time since the first event, if that is shorter.</param>
internal sealed record Overview(
    DateTimeOffset At,
    SourceStatus.Snapshot Source,
    TimeSpan? Silence,
    TimeSpan? ConnectedFor,
    TimeSpan? DownFor,
    long Reconnections,
    long Received,
    long Dropped,
    long Delivered,
    FlowRates? Rates,
    double LatencyP50Ms,
    double LatencyP99Ms,
    IReadOnlyList<DispatcherStatus> Destinations,
    long DeadLetters,
    IReadOnlyList<GapFill> Gaps,
    string? JournalProblem,
    string? LoopProblem,
    double JournalBytes,
    IReadOnlyList<CoverageSpan> Coverage,
    DateTimeOffset? Since)
{
    /// <summary>Bytes that may still be written where the journal is; null where nobody can tell.</summary>
    public long? DiskFree { get; init; }

    /// <summary>Received events that wait for the hole before them to close.</summary>
    public long Held { get; init; }

    /// <summary>How long the oldest of them has waited, whatever the system clock does; null where none waits.</summary>
    public TimeSpan? HeldFor { get; init; }

    /// <summary>Why the audit log is not written; null where it is.</summary>
    public string? AuditProblem { get; init; }

    /// <summary>Of <see cref="Gaps"/>, those that count.</summary>
    public IReadOnlyList<GapFill> OpenGaps => [.. Gaps.Where(gap => gap.CountsAsOpen)];

    /// <summary>Since when there has been no connection; null while there is one.</summary>
    public DateTimeOffset? DownSince => DownFor is { } down ? At - down : null;

    /// <summary>Accepted events that some destination has not settled.</summary>
    public long Waiting => Destinations.Sum(destination => destination.Waiting);

    /// <summary>Age of the oldest of them; zero where none waits.</summary>
    public TimeSpan Lag => Destinations.Select(destination => LagOf(destination)).DefaultIfEmpty(TimeSpan.Zero).Max();

    /// <summary>The share of the covered time in <see cref="Coverage"/>; null where nothing has been received yet.</summary>
    public double? CoveredShare
    {
        get
        {
            var known = Coverage.Where(span => span.From >= Since).ToList();
            var all = known.Sum(span => (span.To - span.From).TotalSeconds);
            return all <= 0 ? null : known.Where(span => span.State is CoverageState.Covered or CoverageState.Backfilled).Sum(span => (span.To - span.From).TotalSeconds) / all;
        }
    }

    public TimeSpan LagOf(DispatcherStatus destination) => destination.OldestWaitingSince is { } since && At > since ? At - since : TimeSpan.Zero;
}

/// <summary>Events a second, over the last ten or so.</summary>
internal sealed record FlowRates(double Received, double Dropped, double Delivered);
