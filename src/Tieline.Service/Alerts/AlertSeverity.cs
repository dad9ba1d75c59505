namespace Tieline.Service.Alerts;

/// <summary>How soon somebody must look; the words of <c>deploy/prometheus/tieline.rules.yml</c>.</summary>
internal enum AlertSeverity
{
    /// <summary>In working hours.</summary>
    Ticket,

    /// <summary>Now, or events may not reach the CRM for long.</summary>
    Page,
}
