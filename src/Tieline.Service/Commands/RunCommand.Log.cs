namespace Tieline.Service.Commands;

internal sealed partial class RunCommand
{
    [LoggerMessage(EventId = 5001, EventName = "Listening", Level = LogLevel.Information, Message = "Metrics and health on {Address}")]
    private static partial void LogListening(ILogger logger, Uri address);

    [LoggerMessage(EventId = 5002, EventName = "Stopped", Level = LogLevel.Information, Message = "Stopped")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(EventId = 5003, EventName = "CannotRun", Level = LogLevel.Critical, Message = "{Reason}")]
    private static partial void LogCannotRun(ILogger logger, string reason);

    [LoggerMessage(EventId = 5004, EventName = "EndedUnexpectedly", Level = LogLevel.Critical, Message = "The pipeline ended although nobody stopped it; the process ends with 1")]
    private static partial void LogEnded(ILogger logger, Exception? exception);

    [LoggerMessage(EventId = 5005, EventName = "ConsoleReady", Level = LogLevel.Information, Message = "Console on {Address}; its token stands in the data directory, in {File}")]
    private static partial void LogConsole(ILogger logger, Uri address, string file);

    [LoggerMessage(EventId = 5061, EventName = "PlainHttpToOthers", Level = LogLevel.Warning,
        Message = "Http:Listen {Address} takes plain HTTP from other machines: tokens and cookies can be read on the way. Listen on loopback, or put a proxy with TLS before it and set Http:PublicUrl to its https address")]
    private static partial void LogPlain(ILogger logger, string address);

    [LoggerMessage(EventId = 5060, EventName = "LimitIsLow", Level = LogLevel.Warning, Message = "A limit of this process is low: {Seen}. {Advice}")]
    private static partial void LogLimit(ILogger logger, string seen, string advice);
}
