using Microsoft.Extensions.Logging;

namespace Tieline.Journal;

internal sealed partial class JournalWriter
{
    [LoggerMessage(EventId = 2001, EventName = "JournalCannotWrite", Level = LogLevel.Critical,
        Message = "The journal cannot be written: {Fault}; {Count} pieces of work wait and are tried again until it can. {Advice}")]
    private static partial void LogCannotWrite(ILogger logger, Exception exception, string fault, int count, string advice);

    [LoggerMessage(EventId = 2002, EventName = "JournalWritingAgain", Level = LogLevel.Information, Message = "The journal can be written again; nothing was lost")]
    private static partial void LogWritingAgain(ILogger logger);

    [LoggerMessage(EventId = 2003, EventName = "JournalNothingToRollBack", Level = LogLevel.Debug, Message = "Nothing to roll back (SQLite {Code})")]
    private static partial void LogNothingToRollBack(ILogger logger, int code);

    [LoggerMessage(EventId = 2004, EventName = "JournalEndsDiffer", Level = LogLevel.Warning,
        Message = "Conversation {ConversationId} has ended in another way already; the live event says {State}: not sent")]
    private static partial void LogConflict(ILogger logger, string conversationId, string? state);
}
