using Microsoft.Extensions.Logging;

namespace Tieline.Genesys;

/// <summary>Says that reading has become worse, and that it is well again: once each, not at every call. Safe from any thread.</summary>
internal sealed partial class DetailsTrouble(ILogger logger)
{
    private readonly Lock _lock = new();
    private bool _isTroubled;
    private string? _refusal;
    private string? _jobs;

    public void Note(DetailsOutcome outcome)
    {
        lock (_lock)
        {
            switch (outcome)
            {
                case DetailsOutcome.Retry retry:
                    if (!_isTroubled)
                        LogTroubled(logger, retry.Reason);
                    _isTroubled = true;
                    break;
                case DetailsOutcome.Refused refused:
                    if (_refusal != refused.Reason)
                        LogRefused(logger, refused.Reason);
                    _refusal = refused.Reason;
                    _isTroubled = true;
                    break;
                default:
                    if (_isTroubled)
                        LogRecovered(logger);
                    _isTroubled = false;
                    _refusal = null;
                    break;
            }
        }
    }

    /// <summary>A job could not be used, which the query makes good.</summary>
    /// <param name="reason">Null: one could.</param>
    public void NoteJobs(string? reason)
    {
        lock (_lock)
        {
            if (reason is not null && reason != _jobs)
                LogNoJobs(logger, reason);
            _jobs = reason;
        }
    }

    [LoggerMessage(EventId = 1040, EventName = "DetailsTroubled", Level = LogLevel.Warning, Message = "Past conversations cannot be read now: {Reason}. It is tried again by itself")]
    private static partial void LogTroubled(ILogger logger, string reason);

    [LoggerMessage(EventId = 1041, EventName = "DetailsRefused", Level = LogLevel.Error, Message = "Past conversations cannot be read: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);

    [LoggerMessage(EventId = 1042, EventName = "DetailsRecovered", Level = LogLevel.Information, Message = "Past conversations can be read again")]
    private static partial void LogRecovered(ILogger logger);

    [LoggerMessage(EventId = 1043, EventName = "DetailsJobsUnused", Level = LogLevel.Information, Message = "A long span is read without a job: {Reason}")]
    private static partial void LogNoJobs(ILogger logger, string reason);
}
