using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>Moves what is in the write-ahead log into the file, a little every second and beside the writer, so that at everyday rates no commit has to.</summary>
internal sealed partial class CheckpointLoop(SqliteJournal journal, TimeProvider time, ILogger<CheckpointLoop> logger)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private bool _fails;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await Task.Delay(_interval, time, stopping);
            Checkpoint();
        }
    }

    /// <summary>Where the disk is full or fails, the log grows meanwhile: what is in it is as durable as what is in the file.</summary>
    private void Checkpoint()
    {
        try
        {
            journal.Checkpoint();
            if (_fails)
                LogAgain(logger);
            _fails = false;
        }
        catch (SqliteException e) when (DiskFault.CanPass(e))
        {
            if (!_fails)
                LogFails(logger, DiskFault.Describe(e));
            _fails = true;
        }
    }

    [LoggerMessage(EventId = 2020, EventName = "JournalCheckpointFails", Level = LogLevel.Error,
        Message = "The journal's write-ahead log cannot be moved into its file: {Fault}. Nothing is lost; it is tried again every second, and the log grows meanwhile")]
    private static partial void LogFails(ILogger logger, string fault);

    [LoggerMessage(EventId = 2021, EventName = "JournalCheckpointAgain", Level = LogLevel.Information, Message = "The journal's write-ahead log is moved into its file again")]
    private static partial void LogAgain(ILogger logger);
}
