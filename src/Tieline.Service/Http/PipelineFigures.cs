using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>The figures beside the specification's six: what waits, for how long, and what is missing.</summary>
internal sealed class PipelineFigures(RunningParts parts, DeliveryTally tally, TimeProvider time) : ILiveFigures
{
    public IEnumerable<KeyValuePair<string, double>> Read()
    {
        var running = parts.Current;
        var statuses = running?.Dispatchers.Select(dispatcher => dispatcher.Status).ToList();
        yield return new("eventsReceived", tally.Received);
        yield return new("eventsDropped", tally.Dropped);
        yield return new("duplicates", tally.Duplicates);
        yield return new("delivered", tally.Delivered);
        yield return new("waiting", statuses?.Sum(status => status.Waiting) ?? double.NaN);
        yield return new("deliveryLagSeconds", statuses is null ? double.NaN : Lag(statuses));
        yield return new("deadLetters", Read(running, reader => reader.ReadDeadLetterCount()));
        yield return new("openGaps", Read(running, reader => reader.ReadOpenGapCount()));
        yield return new("missingEvents", Read(running, reader => reader.ReadOpenGaps().Sum(gap => gap.MissingCount)));
        yield return new("deliveryLatencyP50Ms", tally.LatencyMs(0.50));
        yield return new("deliveryLatencyP99Ms", tally.LatencyMs(0.99));
        yield return new("journalBytes", Read(running, reader => reader.ReadBytes()));
    }

    /// <summary>Age of the oldest event that some destination has not settled; 0 when there is none.</summary>
    private double Lag(IEnumerable<Delivery.DispatcherStatus> statuses) => statuses
        .Select(status => status.OldestWaitingSince is { } since ? Math.Max(0, (time.GetUtcNow() - since).TotalSeconds) : 0)
        .DefaultIfEmpty(0)
        .Max();

    private static double Read(RunningParts.Parts? running, Func<JournalReader, double> read) => running is null ? double.NaN : running.Journal.Read(read);
}
