using Tieline.Service.Http;

namespace Tieline.Service.Alerts;

/// <summary>That nobody can be told is no reason to be unready: events flow. It is a note.</summary>
internal sealed class AlertCheck(AlertLoop alerts) : IReadinessCheck
{
    public string Name => "alerts";

    public string? Problem => null;

    public string? Note => alerts.Problem;
}
