using Microsoft.Extensions.Logging;

namespace Tieline.Audit;

internal sealed partial class AuditProjection
{
    [LoggerMessage(EventId = 4010, EventName = "AuditFailing", Level = LogLevel.Error,
        Message = "The audit log cannot be written. It is tried again until it can; nothing is lost meanwhile: its facts wait in the journal")]
    private static partial void LogFailing(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 4011, EventName = "AuditRecovered", Level = LogLevel.Information, Message = "The audit log is written again, after {Failures} failures")]
    private static partial void LogRecovered(ILogger logger, int failures);

    [LoggerMessage(EventId = 4012, EventName = "AuditBroken", Level = LogLevel.Critical, Message = "The audit log was altered, or does not belong to the journal: it is left as it is")]
    private static partial void LogBroken(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 4040, EventName = "AuditFactsLost", Level = LogLevel.Error,
        Message = "{Count} facts of the journal cannot be told in full; the first is fact {Fact}: {Lost}. Their lines in the audit log say so, and it goes on")]
    private static partial void LogLost(ILogger logger, int count, long fact, string lost);

    [LoggerMessage(EventId = 4013, EventName = "AuditUnfinished", Level = LogLevel.Error,
        Message = "The audit log could not be finished at the stop; the next start goes on after fact {Fact}")]
    private static partial void LogUnfinished(ILogger logger, long fact, Exception exception);
}
