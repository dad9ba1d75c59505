using Microsoft.Extensions.Logging;

namespace Tieline.Journal;

/// <summary>Removes what every destination has settled once it is old, or the journal too big. What is not settled stays, however old or big.</summary>
internal sealed partial class RetentionLoop(SqliteJournal journal, RetentionOptions initial, TimeProvider time, ILogger<RetentionLoop> logger)
{
    /// <summary>Events in one transaction: small, since receiving waits for it.</summary>
    private const int Step = 2_000;

    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    private volatile RetentionOptions _options = initial;

    /// <summary>From the next look on, these hold.</summary>
    public void Use(RetentionOptions other) => _options = other;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await Task.Delay(_interval, time, stopping);
            await RemoveAsync(stopping);
        }
    }

    /// <returns>How many events went.</returns>
    internal async Task<int> RemoveAsync(CancellationToken stopping)
    {
        var removed = 0;
        while (await RemoveSomeAsync(stopping) is var count and > 0)
            removed += count;
        if (removed > 0)
            LogRemoved(logger, removed);
        return removed;
    }

    private async Task<int> RemoveSomeAsync(CancellationToken stopping)
    {
        var (now, options) = (time.GetUtcNow(), _options);
        var removable = journal.ReadRemovable();
        var old = journal.Read(reader => reader.ReadBytes() > options.MaxBytes ? removable.Through : reader.ReadLastBefore(now - options.Delivered, Step, now));
        var through = old < removable.Through ? old : removable.Through;
        if (through <= JournalPosition.Start)
            return 0;
        return await journal.AskAsync<int>(removed => new JournalWork.Remove(through, Step, now - options.Delivered, removed, removable.FactsSeen), stopping);
    }

    [LoggerMessage(EventId = 2010, EventName = "JournalRetentionRemoved", Level = LogLevel.Information, Message = "Retention removed {Count} settled events")]
    private static partial void LogRemoved(ILogger logger, int count);
}
