namespace Tieline.Service.Http;

internal sealed partial class AccessMonitor
{
    [LoggerMessage(EventId = 5070, EventName = "AccessRefused", Level = LogLevel.Warning, Message = "Refused {Count} requests ({Refusal}) since the last such message")]
    private static partial void LogRefused(ILogger logger, string refusal, long count);

    [LoggerMessage(EventId = 5071, EventName = "SignedIn", Level = LogLevel.Information, Message = "Somebody signed in to the console as {Role} ({Way}); the audit log has the name")]
    private static partial void LogSignedIn(ILogger logger, string role, string way);

    [LoggerMessage(EventId = 5073, EventName = "AuditLogExported", Level = LogLevel.Information, Message = "Lines of the audit log were exported; the audit log has the name")]
    private static partial void LogExported(ILogger logger);

    [LoggerMessage(EventId = 5074, EventName = "AccessNotNoted", Level = LogLevel.Warning, Message = "The audit log lacks the line {Action}: the journal's queue is full. The console works as usual; check the disk")]
    private static partial void LogNotNoted(ILogger logger, string action);
}
