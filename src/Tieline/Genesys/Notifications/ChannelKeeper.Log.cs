using Microsoft.Extensions.Logging;

namespace Tieline.Genesys;

internal sealed partial class ChannelKeeper
{
    [LoggerMessage(EventId = 1051, EventName = "ChannelConnected", Level = LogLevel.Information,
        Message = "Channel {Number}: subscribed to {Topics} topics and connected; it ends at {ExpiresAt:O}, its token at {TokenExpiresAt:O}")]
    private static partial void LogConnected(ILogger logger, int number, int topics, DateTimeOffset expiresAt, DateTimeOffset tokenExpiresAt);

    [LoggerMessage(EventId = 1052, EventName = "ChannelLost", Level = LogLevel.Warning, Message = "Channel {Number} ended: {Code}, {Meaning}, {Why}. {Reason}")]
    private static partial void LogLost(ILogger logger, int number, int code, string meaning, LinkEndReason why, string reason);

    [LoggerMessage(EventId = 1053, EventName = "ChannelBackingOff", Level = LogLevel.Warning, Message = "Channel {Number} is not connected: {Reason}; next attempt in {DelaySeconds:F1} s")]
    private static partial void LogBackingOff(ILogger logger, int number, string reason, double delaySeconds);

    [LoggerMessage(EventId = 1054, EventName = "ChannelStillBackingOff", Level = LogLevel.Debug,
        Message = "Channel {Number} is not connected after {Attempts} attempts: {Reason}; next in {DelaySeconds:F1} s")]
    private static partial void LogStillBackingOff(ILogger logger, int number, int attempts, string reason, double delaySeconds);

    [LoggerMessage(EventId = 1055, EventName = "ChannelRefused", Level = LogLevel.Error, Message = "Channel {Number}: {Problem}. It is tried once a minute")]
    private static partial void LogRefused(ILogger logger, int number, string problem);

    [LoggerMessage(EventId = 1056, EventName = "ChannelReplacing", Level = LogLevel.Information, Message = "Channel {Number} is replaced ({Why}); it goes on until the new one has spoken")]
    private static partial void LogReplacing(ILogger logger, int number, string why);

    [LoggerMessage(EventId = 1057, EventName = "ChannelReplacementFailed", Level = LogLevel.Warning,
        Message = "Channel {Number}: the one to take over could not be opened ({Reason}); next in {DelaySeconds:F1} s, the old one goes on")]
    private static partial void LogReplacementFailed(ILogger logger, int number, string reason, double delaySeconds);

    [LoggerMessage(EventId = 1058, EventName = "ChannelReplaced", Level = LogLevel.Information, Message = "Channel {Number} has been replaced")]
    private static partial void LogReplaced(ILogger logger, int number);

    [LoggerMessage(EventId = 1059, EventName = "ChannelMissed", Level = LogLevel.Warning, Message = "Channel {Number}: its topics were not listened to from {From:O} to {To:O}")]
    private static partial void LogMissed(ILogger logger, int number, DateTimeOffset from, DateTimeOffset to);

    [LoggerMessage(EventId = 1093, EventName = "ChannelTriesEarly", Level = LogLevel.Information, Message = "Channel {Number}: Genesys answers REST calls: the next attempt comes {SecondsSpared:F1} s early")]
    private static partial void LogTriesEarly(ILogger logger, int number, double secondsSpared);
}
