using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Serilog;
using Serilog.Sinks.OpenTelemetry;
using Tieline.Diagnostics;
using Tieline.Service.Hosting;

namespace Tieline.Service.Telemetry;

/// <summary>What goes to an OpenTelemetry collector, where one is named. That it is away costs what it would have been told, and nothing else.</summary>
internal static class Otlp
{
    private const string Service = "tieline";
    private const int MetricsEveryMs = 15_000;

    public static MeterProviderBuilder AddOtlp(this MeterProviderBuilder metrics, TelemetryOptions options) => options.Otlp.Endpoint is null
        ? metrics
        : metrics.AddOtlpExporter((exporter, reader) =>
        {
            Configure(exporter, options.Otlp, "v1/metrics");
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = MetricsEveryMs;
        });

    public static void AddTraces(this OpenTelemetry.OpenTelemetryBuilder telemetry, TelemetryOptions options)
    {
        if (options.Otlp.Endpoint is null)
            return;
        telemetry.WithTracing(traces => traces
            .AddSource(TielineTraces.SourceName)
            .SetSampler(new ShareSampler(options.TraceRatio))
            .AddProcessor(new FailuresAlways())
            .AddOtlpExporter(exporter => Configure(exporter, options.Otlp, "v1/traces")));
    }

    public static LoggerConfiguration WriteToOtlp(this LoggerConfiguration logs, TelemetryOptions options) => options.Otlp is not { Endpoint: { } endpoint } otlp
        ? logs
        : logs.WriteTo.OpenTelemetry(
            sink =>
            {
                sink.Endpoint = (otlp.Protocol == OtlpProtocol.Grpc ? endpoint : Signal(endpoint, "v1/logs")).AbsoluteUri;
                sink.Protocol = otlp.Protocol == OtlpProtocol.Grpc ? Serilog.Sinks.OpenTelemetry.OtlpProtocol.Grpc : Serilog.Sinks.OpenTelemetry.OtlpProtocol.HttpProtobuf;
                sink.Headers = otlp.Headers.ToDictionary(header => header.Key, header => header.Value.Reveal());
                sink.ResourceAttributes = new Dictionary<string, object> { ["service.name"] = Service, ["service.version"] = ProgramVersion.Text };
            },
            // No variable of the environment may change what Tieline's own configuration says.
            getConfigurationVariable: _ => null);

    private static void Configure(OtlpExporterOptions exporter, OtlpOptions options, string signal)
    {
        exporter.Protocol = options.Protocol == OtlpProtocol.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = options.Protocol == OtlpProtocol.Grpc ? options.Endpoint! : Signal(options.Endpoint!, signal);
        exporter.Headers = string.Join(',', options.Headers.Select(header => $"{header.Key}={Uri.EscapeDataString(header.Value.Reveal())}"));
    }

    /// <summary>As the variable OTEL_EXPORTER_OTLP_ENDPOINT has it: the signal's path comes after the endpoint's own.</summary>
    private static Uri Signal(Uri endpoint, string signal) => new(endpoint.AbsoluteUri.TrimEnd('/') + "/" + signal);
}
