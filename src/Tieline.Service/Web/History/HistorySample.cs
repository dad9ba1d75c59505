namespace Tieline.Service.Web.History;

/// <summary>What happened between two samples, and how it stood at the second. NaN: not known.</summary>
/// <param name="At">The end of it.</param>
/// <param name="Received">Frames; so with the other counts, of the time since the sample before.</param>
/// <param name="LatencyP50">Seconds from receiving to acceptance, of what was accepted in this time.</param>
/// <param name="OldestPending">Seconds.</param>
/// <param name="Throttled">Attempts answered 429 or with a pause.</param>
/// <param name="Refused">Attempts answered otherwise, 4xx.</param>
/// <param name="Failed">Attempts answered 5xx.</param>
/// <param name="Unanswered">Attempts without an answer.</param>
/// <param name="CommitP99">Seconds that a group commit took, the fsync among it.</param>
/// <param name="BudgetLeft">REST calls to Genesys that were left in the minute.</param>
internal sealed record HistorySample(
    DateTimeOffset At,
    double Received,
    double Dropped,
    double Delivered,
    double LatencyP50,
    double LatencyP99,
    double OldestPending,
    double Accepted,
    double Throttled,
    double Refused,
    double Failed,
    double Unanswered,
    double CommitP99,
    double BudgetLeft)
{
    /// <summary>In the order of the columns, the time apart.</summary>
    public double[] Values => [Received, Dropped, Delivered, LatencyP50, LatencyP99, OldestPending, Accepted, Throttled, Refused, Failed, Unanswered, CommitP99, BudgetLeft];

    public static HistorySample Of(DateTimeOffset at, IReadOnlyList<double> v) => new(at, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12]);
}
