using Microsoft.Extensions.Logging;

namespace Tieline.Genesys;

internal sealed partial class TokenProvider
{
    [LoggerMessage(EventId = 1001, EventName = "TokenGranted", Level = LogLevel.Debug, Message = "Token granted until {ExpiresAt:O}; renewed from {RenewAt:O} on")]
    private static partial void LogGranted(ILogger logger, DateTimeOffset expiresAt, DateTimeOffset renewAt);

    [LoggerMessage(EventId = 1002, EventName = "TokenRefused", Level = LogLevel.Error, Message = "{Reason}. It is tried again by itself")]
    private static partial void LogRefused(ILogger logger, string reason);

    [LoggerMessage(EventId = 1003, EventName = "TokenAccepted", Level = LogLevel.Information, Message = "Genesys accepts the client credentials again")]
    private static partial void LogAccepted(ILogger logger);
}
