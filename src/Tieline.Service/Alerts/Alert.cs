namespace Tieline.Service.Alerts;

/// <summary>Where an alert stands, by Prometheus's names.</summary>
internal enum AlertState
{
    /// <summary>It holds, but not for long enough yet.</summary>
    Pending,
    Firing,

    /// <summary>It fired and is over; kept until that has been told.</summary>
    Resolved,
}

/// <summary>One rule that holds, or held, for one combination of labels. A snapshot.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Labels">With <c>alertname</c>, <c>instance</c>, <c>job</c> and <c>severity</c>.</param>
/// <param name="Value">The newest figure for which it held.</param>
/// <param name="HoldsSince">Null while it does not hold.</param>
/// <param name="FiredAt">Null before it fires.</param>
/// <param name="EndedAt">Null unless it fired and is over.</param>
/// <param name="IsTold">That it fires has been told.</param>
internal sealed record Alert(string Rule, AlertLabels Labels, double Value, DateTimeOffset? HoldsSince, DateTimeOffset? FiredAt, DateTimeOffset? EndedAt, bool IsTold)
{
    public AlertState State => FiredAt is null ? AlertState.Pending : EndedAt is null ? AlertState.Firing : AlertState.Resolved;
}
