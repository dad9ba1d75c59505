using Microsoft.Extensions.Logging;

namespace Tieline.Audit;

internal sealed partial class AuditLog
{
    [LoggerMessage(EventId = 4001, EventName = "AuditLogOpened", Level = LogLevel.Information,
        Message = "The audit log goes on in {File} after line {Line}, fact {Fact}")]
    private static partial void LogOpened(ILogger logger, AuditFileName? file, long line, long fact);

    [LoggerMessage(EventId = 4002, EventName = "AuditLogRepaired", Level = LogLevel.Warning,
        Message = "The last line of audit log {File} was torn by a crash: {Bytes} bytes cut off, as line {Line} records. Their fact is written again")]
    private static partial void LogRepaired(ILogger logger, string file, long line, long bytes);

    [LoggerMessage(EventId = 4003, EventName = "AuditFileBegun", Level = LogLevel.Information, Message = "Audit log {File} begun")]
    private static partial void LogBegun(ILogger logger, AuditFileName file);

    [LoggerMessage(EventId = 4060, EventName = "AuditCheckpointsGone", Level = LogLevel.Error,
        Message = "Another program rotated, cut or removed {File}: {Missing} signed checkpoints are missing from it. Tieline continues to sign there, and 'tieline audit verify' reports the hole. Keep the old file, and exclude the folder 'audit' from log rotation")]
    private static partial void LogCheckpointsGone(ILogger logger, string file, long missing);
}
