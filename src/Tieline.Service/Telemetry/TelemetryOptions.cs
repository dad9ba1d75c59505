namespace Tieline.Service.Telemetry;

/// <summary><c>Telemetry</c></summary>
internal sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    public OtlpOptions Otlp { get; set; } = new();

    /// <summary>The share of events whose trace is kept, from 0 to 1. Attempts that fail are always kept.</summary>
    /// <value>0.01</value>
    public double TraceRatio { get; set; } = 0.01;
}

/// <summary><c>Telemetry:Otlp</c></summary>
internal sealed class OtlpOptions
{
    /// <summary>Where a collector takes OTLP; null: nothing is sent. Plain http to loopback only.</summary>
    public Uri? Endpoint { get; set; }

    /// <value><see cref="OtlpProtocol.HttpProtobuf"/></value>
    public OtlpProtocol Protocol { get; set; } = OtlpProtocol.HttpProtobuf;

    /// <summary>Sent with every request. Values are secrets.</summary>
    public IDictionary<string, Secret> Headers { get; set; } = new Dictionary<string, Secret>(StringComparer.OrdinalIgnoreCase);
}

internal enum OtlpProtocol
{
    /// <summary>Usually port 4318.</summary>
    HttpProtobuf,

    /// <summary>Usually port 4317.</summary>
    Grpc,
}
