using Microsoft.Data.Sqlite;
using Tieline.Service.Hosting;

namespace Tieline.Service.Web.History;

/// <summary>Takes a sample every ten seconds. What goes wrong with it stays here: charts are no reason to stop.</summary>
internal sealed partial class HistoryLoop(HistoryTally tally, RunningParts parts, string path, TimeProvider time, ILogger<HistoryLoop> logger)
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private volatile HistoryFile? _file;

    /// <summary>Samples after a moment, in order; none while the file cannot be read.</summary>
    public IReadOnlyList<HistorySample> Read(DateTimeOffset after)
    {
        try
        {
            return _file?.Read(after) ?? [];
        }
        catch (Exception e) when (e is SqliteException or ObjectDisposedException or InvalidOperationException)
        {
            return [];
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        var failed = false;
        try
        {
            while (true)
            {
                // The first one a while after the start, which has better things to do.
                await Task.Delay(Every, time, stopping);
                try
                {
                    _file ??= HistoryFile.Open(path);
                    _file.Add(tally.Take(time.GetUtcNow(), parts.Current));
                    failed = false;
                }
#pragma warning disable CA1031 // a sample that cannot be taken is none; the next one may be
                catch (Exception e)
#pragma warning restore CA1031
                {
                    if (!failed)
                        LogFailed(logger, e.Message);
                    failed = true;
                }
            }
        }
        finally
        {
            _file?.Dispose();
            _file = null;
        }
    }

    [LoggerMessage(EventId = 5021, EventName = "HistoryNotKept", Level = LogLevel.Warning, Message = "The history that the console's charts show cannot be written ({Reason}); events are not touched by that")]
    private static partial void LogFailed(ILogger logger, string reason);
}
