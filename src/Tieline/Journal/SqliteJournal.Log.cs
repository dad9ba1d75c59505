using Microsoft.Extensions.Logging;

namespace Tieline.Journal;

internal sealed partial class SqliteJournal
{
    [LoggerMessage(EventId = 2052, EventName = "JournalRowsSetAside", Level = LogLevel.Error,
        Message = "{Count} rows of the journal's table {Table} cannot be used: {Reason}. They were set aside (table set_aside), and the rest goes on. Check the disk")]
    private static partial void LogSetAside(ILogger logger, int count, string table, string reason);

    [LoggerMessage(EventId = 2053, EventName = "DeliveriesUnvouched", Level = LogLevel.Warning,
        Message = "Destination {Destination} has gone past {Count} events without a record of what became of them. Run `tieline reconcile --repair`, and check the disk")]
    private static partial void LogUnvouched(ILogger logger, string destination, long count);
}
