using Microsoft.Extensions.Logging;

namespace Tieline.Delivery;

internal sealed partial class Dispatcher
{
    [LoggerMessage(EventId = 3001, EventName = "DeliveryBackingOff", Level = LogLevel.Debug, Message = "Entry {Position}: attempt {Attempt} failed ({Reason}); next in {DelaySeconds:F1} s")]
    private static partial void LogBackingOff(ILogger logger, long position, int attempt, double delaySeconds, BackOffReason reason);

    [LoggerMessage(EventId = 3002, EventName = "DeliveryRejected", Level = LogLevel.Warning, Message = "Entry {Position} ({Id}) is a dead letter: {Reason}")]
    private static partial void LogRejected(ILogger logger, long position, string id, string reason);

    [LoggerMessage(EventId = 3003, EventName = "DeliveryGivenUp", Level = LogLevel.Warning, Message = "Entry {Position} ({Id}) is a dead letter: given up after {Attempts} attempts")]
    private static partial void LogGivenUp(ILogger logger, long position, string id, int attempts);

    [LoggerMessage(EventId = 3004, EventName = "DestinationClosed", Level = LogLevel.Warning, Message = "Destination {Destination} is {State} ({Reason}, status {Status}, code {Code}); events wait in the journal")]
    private static partial void LogClosed(ILogger logger, string destination, GateState state, BackOffReason reason, int? status, string? code);

    [LoggerMessage(EventId = 3005, EventName = "DestinationOpen", Level = LogLevel.Information, Message = "Destination {Destination} takes events again")]
    private static partial void LogOpen(ILogger logger, string destination);

    [LoggerMessage(EventId = 3007, EventName = "DestinationPaused", Level = LogLevel.Warning, Message = "Destination {Destination} is paused by {By}; events wait in the journal until it is resumed")]
    private static partial void LogPaused(ILogger logger, string destination, string by);

    [LoggerMessage(EventId = 3008, EventName = "DestinationResumed", Level = LogLevel.Information, Message = "Destination {Destination} is resumed")]
    private static partial void LogResumed(ILogger logger, string destination);

    [LoggerMessage(EventId = 3060, EventName = "DeliveryNotNoted", Level = LogLevel.Warning, Message = "Conversation {Conversation}: an answer came after the dispatcher had failed, and not all of it could be noted; what is not on record goes out again, under the same id")]
    private static partial void LogNotNoted(ILogger logger, Exception exception, string conversation);

    [LoggerMessage(EventId = 3006, EventName = "DeliveryUnexpected", Level = LogLevel.Error, Message = "Entry {Position}: the attempt failed unexpectedly and will be made again")]
    private static partial void LogUnexpected(ILogger logger, Exception exception, long position);
}
