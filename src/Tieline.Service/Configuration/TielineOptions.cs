using Tieline.Delivery;
using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.Service.Alerts;
using Tieline.Service.Hosting;
using Tieline.Service.Http;
using Tieline.Service.Telemetry;

namespace Tieline.Service.Configuration;

/// <summary>Everything that can be set. <c>docs/tieline.reference.json</c> holds every key with its default.</summary>
internal sealed class TielineOptions
{
    /// <summary>Journal, audit log and keys; created with mode 0700. A relative path starts at the working directory.</summary>
    /// <value><c>./data</c></value>
    public string DataDirectory { get; set; } = "./data";

    public GenesysOptions Genesys { get; set; } = new();

    public FilterOptions Filter { get; set; } = new();

    public RedactionOptions Redaction { get; set; } = new();

    public GapOptions Gaps { get; set; } = new();

    public ReconcileOptions Reconcile { get; set; } = new();

    /// <summary>Where events go. At least one; <c>CRM_WEBHOOK_URL</c> alone makes the one named <c>crm</c>.</summary>
    public IList<DestinationOptions> Destinations { get; set; } = [];

    public AuditSection Audit { get; set; } = new();

    public RetentionOptions Retention { get; set; } = new();

    public HttpOptions Http { get; set; } = new();

    public AlertOptions Alerts { get; set; } = new();

    public TelemetryOptions Telemetry { get; set; } = new();

    public LoggingOptions Logging { get; set; } = new();
}
