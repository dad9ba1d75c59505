using Microsoft.Extensions.Logging;

namespace Tieline.Genesys;

internal sealed partial class NotificationSource
{
    [LoggerMessage(EventId = 1060, EventName = "ChannelsFound", Level = LogLevel.Information,
        Message = "The OAuth client has {Count} notification channels already, of an earlier run or another process; Genesys allows 20 and takes the oldest idle one's place")]
    private static partial void LogLeftovers(ILogger logger, int count);

    [LoggerMessage(EventId = 1061, EventName = "QueuesUnknown", Level = LogLevel.Warning, Message = "The queues could not be looked up: {Reason}; next in {DelaySeconds:F1} s")]
    private static partial void LogNoQueues(ILogger logger, string reason, double delaySeconds);

    [LoggerMessage(EventId = 1062, EventName = "TopicsPlanned", Level = LogLevel.Information, Message = "Listening to {Topics} topics on {Channels} channels")]
    private static partial void LogPlanned(ILogger logger, int topics, int channels);

    [LoggerMessage(EventId = 1063, EventName = "TopicsProblem", Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void LogProblem(ILogger logger, string problem);

    [LoggerMessage(EventId = 1064, EventName = "ChannelsStopped", Level = LogLevel.Information, Message = "The notification channels have stopped")]
    private static partial void LogStopped(ILogger logger);
}
