using Microsoft.Extensions.Logging;

namespace Tieline.Genesys;

internal sealed partial class SocketSuccession
{
    [LoggerMessage(EventId = 1020, EventName = "StreamRenewing", Level = LogLevel.Information, Message = "The token ends at {ExpiresAt:O}: a second socket is opened with a new one")]
    private static partial void LogRenewing(ILogger logger, DateTimeOffset expiresAt);

    [LoggerMessage(EventId = 1021, EventName = "StreamRenewalFailed", Level = LogLevel.Warning, Message = "The second socket could not be opened ({Reason}); next in {DelaySeconds:F1} s, the first goes on")]
    private static partial void LogRenewalFailed(ILogger logger, double delaySeconds, string reason);

    [LoggerMessage(EventId = 1090, EventName = "StreamSilent", Level = LogLevel.Warning, Message = "No answer from Genesys for {Seconds:F0} s: a second connection is opened beside the first")]
    private static partial void LogSilent(ILogger logger, double seconds);

    [LoggerMessage(EventId = 1091, EventName = "StreamHeardAgain", Level = LogLevel.Information, Message = "Genesys answers over the first connection again: the second one is not needed")]
    private static partial void LogHeardAgain(ILogger logger);
}
