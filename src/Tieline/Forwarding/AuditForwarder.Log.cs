using Microsoft.Extensions.Logging;

namespace Tieline.Forwarding;

internal sealed partial class AuditForwarder
{
    [LoggerMessage(EventId = 4030, EventName = "AuditForwardFailing", Level = LogLevel.Error,
        Message = "Audit lines are not forwarded: {Reason}. They stay in the audit log, and it is tried again until it can be done")]
    private static partial void LogFailing(ILogger logger, string reason);

    [LoggerMessage(EventId = 4031, EventName = "AuditForwardRecovered", Level = LogLevel.Information, Message = "Audit lines are forwarded again, after {Failures} failures")]
    private static partial void LogRecovered(ILogger logger, int failures);

    [LoggerMessage(EventId = 4032, EventName = "AuditForwardLeft", Level = LogLevel.Warning, Message = "{Waiting} audit lines are left to forward at the stop; the next start goes on with them")]
    private static partial void LogLeft(ILogger logger, long waiting);
}
