namespace Tieline.Simulator;

/// <summary>The figures of the CRM's <c>GET /_simulator/status</c>.</summary>
/// <param name="Url">Where it listens.</param>
/// <param name="ControlUrl">Where the control API answers even while it is down.</param>
/// <param name="Down">Whether it refuses connections.</param>
/// <param name="Requests">Webhooks read to their end.</param>
/// <param name="Processed">Of these, taken as good.</param>
/// <param name="Ids">Different ids among those processed (0 when nothing is recorded).</param>
/// <param name="Answers">Requests by the status they were answered with; 0: none.</param>
/// <param name="LastArrivedAt">When the last one came.</param>
public sealed record CrmStatus(
    string Url,
    string ControlUrl,
    bool Down,
    long Requests,
    long Processed,
    int Ids,
    IReadOnlyDictionary<int, long> Answers,
    DateTimeOffset? LastArrivedAt)
{
    /// <summary>With a preset only.</summary>
    public CrmPresetStatus? Preset { get; init; }
}
