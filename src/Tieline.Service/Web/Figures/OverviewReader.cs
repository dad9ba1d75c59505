using Tieline.Backfill;
using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.Service.Configuration;
using Tieline.Service.Doctor;
using Tieline.Service.Hosting;

namespace Tieline.Service.Web.Figures;

/// <summary>Reads how Tieline stands from what runs. For one reader at a time.</summary>
internal sealed class OverviewReader(RunningParts parts, SourceStatus source, SpecificationMetrics specification, DeliveryTally tally, TielineOptions options, TimeProvider time)
{
    /// <summary>So far back the continuity is told.</summary>
    public static readonly TimeSpan Band = TimeSpan.FromHours(24);

    private static readonly TimeSpan _rateOver = TimeSpan.FromSeconds(10);

    private readonly Queue<Counts> _counts = new();

    /// <returns>Null while nothing runs.</returns>
    public Overview? Read()
    {
        if (parts.Current is not { } running)
            return null;
        var now = time.GetUtcNow();
        var counts = new Counts(time.GetMonotonicTime(), tally.Received, tally.Dropped, tally.Delivered);
        var (dead, held, gaps, bytes, since, until, fills) = running.Journal.Read(reader => (
            reader.ReadDeadLetterCount(), reader.ReadHeldCount(), reader.ReadFills(), reader.ReadBytes(), reader.ReadSince(), reader.ReadCounters().Mark.OccurredAt, reader.ReadFills(now - Band, now)));
        return new Overview(
            now, source.Current, specification.IsConnected ? specification.Silence : null, specification.IsConnected ? TimeSpan.FromMilliseconds(specification.ConnectionUptimeMs) : null, specification.DownFor, specification.ReconnectionCount,
            counts.Received, counts.Dropped, counts.Delivered, RatesTo(counts), tally.LatencyMs(0.5), tally.LatencyMs(0.99),
            [.. running.Dispatchers.Select(dispatcher => dispatcher.Status)], dead, gaps, running.Journal.Problem, running.Supervisor.Problem, bytes,
            new Coverage(since, UpTo(until, now), fills).Of(now - Band, now), since)
        {
            Held = held,
            HeldFor = held > 0 && parts.Admin?.Intake.HeldSince is { } heldSince ? counts.At - heldSince : null,
            DiskFree = FreeBelow(options.DataDirectory),
            AuditProblem = Http.AuditCheck.Of(parts.Audit),
        };
    }

    /// <summary>While the stream is heard, a quiet time is a covered one: what comes next tells only whether something was missed.</summary>
    private DateTimeOffset? UpTo(DateTimeOffset? newest, DateTimeOffset now) => specification.IsConnected && source.State != SourceState.Silent && newest is not null ? now : newest;

    private static long? FreeBelow(string directory)
    {
        try
        {
            return DiskSpaceCheck.FreeBelow(Path.GetFullPath(directory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private FlowRates? RatesTo(Counts counts)
    {
        _counts.Enqueue(counts);
        while (_counts.Count > 2 && counts.At - _counts.ElementAt(1).At >= _rateOver)
            _counts.Dequeue();
        var first = _counts.Peek();
        var seconds = (counts.At - first.At).TotalSeconds;
        return seconds < 1 ? null : new FlowRates((counts.Received - first.Received) / seconds, (counts.Dropped - first.Dropped) / seconds, (counts.Delivered - first.Delivered) / seconds);
    }

    private sealed record Counts(MonotonicTime At, long Received, long Dropped, long Delivered);
}
