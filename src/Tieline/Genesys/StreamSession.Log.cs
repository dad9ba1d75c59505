using Microsoft.Extensions.Logging;

namespace Tieline.Genesys;

internal sealed partial class StreamSession
{
    [LoggerMessage(EventId = 1010, EventName = "StreamConnected", Level = LogLevel.Information,
        Message = "Connected to the event stream and subscribed (takes over without a break: {Continuous}; the token ends at {ExpiresAt:O})")]
    private static partial void LogConnected(ILogger logger, bool continuous, DateTimeOffset expiresAt);

    [LoggerMessage(EventId = 1011, EventName = "StreamClosed", Level = LogLevel.Information, Message = "The event stream's socket was closed as planned ({Code})")]
    private static partial void LogClosed(ILogger logger, int code);

    [LoggerMessage(EventId = 1012, EventName = "StreamLost", Level = LogLevel.Warning, Message = "The event stream ended: {Code}, {Meaning}. {Reason}")]
    private static partial void LogLost(ILogger logger, int code, string meaning, string reason);
}
