using Microsoft.Extensions.Logging;

namespace Tieline.Genesys;

internal sealed partial class AnalyticsStream
{
    [LoggerMessage(EventId = 1030, EventName = "StreamBackingOff", Level = LogLevel.Warning, Message = "Not connected: {Reason}; next attempt in {DelaySeconds:F1} s")]
    private static partial void LogBackingOff(ILogger logger, string reason, double delaySeconds);

    [LoggerMessage(EventId = 1031, EventName = "StreamStillBackingOff", Level = LogLevel.Debug,
        Message = "Not connected after {Attempts} attempts: {Reason}; next in {DelaySeconds:F1} s")]
    private static partial void LogStillBackingOff(ILogger logger, int attempts, string reason, double delaySeconds);

    [LoggerMessage(EventId = 1032, EventName = "StreamRecovered", Level = LogLevel.Information, Message = "Connected again after {Attempts} waits")]
    private static partial void LogRecovered(ILogger logger, int attempts);

    [LoggerMessage(EventId = 1033, EventName = "StreamRefused", Level = LogLevel.Error, Message = "{Problem}. It is tried once a minute")]
    private static partial void LogHandshakeRefused(ILogger logger, string problem);

    [LoggerMessage(EventId = 1034, EventName = "StreamFilterMissing", Level = LogLevel.Warning, Message = "{Key} is empty: that filter is left out, so Genesys sends {What}")]
    private static partial void LogNoFilter(ILogger logger, string key, string what);

    [LoggerMessage(EventId = 1092, EventName = "StreamTriesEarly", Level = LogLevel.Information, Message = "Genesys answers REST calls: the next attempt comes {SecondsSpared:F1} s early")]
    private static partial void LogTriesEarly(ILogger logger, double secondsSpared);

    [LoggerMessage(EventId = 1035, EventName = "StreamStopped", Level = LogLevel.Information, Message = "The event stream has stopped")]
    private static partial void LogStopped(ILogger logger);
}
