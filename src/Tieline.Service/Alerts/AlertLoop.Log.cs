namespace Tieline.Service.Alerts;

internal sealed partial class AlertLoop
{
    [LoggerMessage(EventId = 5030, EventName = "AlertFiring", Level = LogLevel.Warning, Message = "Alert {Alert} fires: {Summary}")]
    private static partial void LogFiring(ILogger logger, string alert, string summary);

    [LoggerMessage(EventId = 5031, EventName = "AlertResolved", Level = LogLevel.Information, Message = "Alert {Alert} is over: {Summary}")]
    private static partial void LogResolved(ILogger logger, string alert, string summary);

    [LoggerMessage(EventId = 5032, EventName = "AlertsNotDelivered", Level = LogLevel.Error, Message = "Alerts cannot be delivered to Alerts:Webhook: {Problem}; tried again by itself until it takes them")]
    private static partial void LogNotDelivered(ILogger logger, string problem);

    [LoggerMessage(EventId = 5033, EventName = "AlertsDelivered", Level = LogLevel.Information, Message = "Alerts:Webhook takes alerts again")]
    private static partial void LogDelivered(ILogger logger);

    [LoggerMessage(EventId = 5034, EventName = "AlertStateNotKept", Level = LogLevel.Warning, Message = "What has been told of alerts cannot be kept over a restart ({Problem}); after one, what fires is told of once more")]
    private static partial void LogNotKept(ILogger logger, string problem);

    [LoggerMessage(EventId = 5035, EventName = "AlertRuleFails", Level = LogLevel.Error, Message = "Alert {Alert} cannot be evaluated: what it said before stands. The other alerts, and events, are not affected. It is tried again every 15 s; please report this")]
    private static partial void LogRuleFails(ILogger logger, Exception exception, string alert);

    [LoggerMessage(EventId = 5036, EventName = "AlertFigureMissing", Level = LogLevel.Error, Message = "Some figures that alerts need cannot be read; they are read again every 15 s. Events are not affected")]
    private static partial void LogFigureMissing(ILogger logger, Exception exception);
}
