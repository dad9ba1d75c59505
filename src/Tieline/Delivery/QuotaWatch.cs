using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;

namespace Tieline.Delivery;

/// <summary>Tells before a CRM's allowance for the day is used up: a gauge always, a warning from 90 %. Safe from any thread.</summary>
internal sealed partial class QuotaWatch(string destination, TielineMetrics metrics, ILogger logger)
{
    private const double WarnAt = 0.9;

    /// <summary>Well below, so that it does not warn with every event.</summary>
    private const double FineBelow = 0.8;

    private int _hasWarned;

    public void See(HttpResponseHeaders headers)
    {
        if (QuotaHeaders.Used(headers) is not { } used)
            return;
        metrics.QuotaUsed.Record(used, new KeyValuePair<string, object?>("tieline.destination", destination));
        if (used >= WarnAt && Interlocked.Exchange(ref _hasWarned, 1) == 0)
            LogNearlyUsed(logger, destination, used);
        else if (used < FineBelow && Interlocked.Exchange(ref _hasWarned, 0) == 1)
            LogFine(logger, destination, used);
    }

    [LoggerMessage(EventId = 3040, EventName = "QuotaNearlyUsed", Level = LogLevel.Warning,
        Message = "Destination '{Destination}' says that {Used:P0} of the requests it allows in a day are used, by whoever; when they are, events wait")]
    private static partial void LogNearlyUsed(ILogger logger, string destination, double used);

    [LoggerMessage(EventId = 3041, EventName = "QuotaFine", Level = LogLevel.Information, Message = "Destination '{Destination}' says that {Used:P0} of the requests it allows in a day are used")]
    private static partial void LogFine(ILogger logger, string destination, double used);
}
