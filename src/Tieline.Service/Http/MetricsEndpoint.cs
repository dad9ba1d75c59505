using System.Text.Json;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Tieline.Diagnostics;
using Tieline.Service.Hosting;
using Tieline.Service.Telemetry;

namespace Tieline.Service.Http;

/// <summary><c>/metrics</c>, in two languages: JSON for people and the specification, Prometheus text for whoever asks for it.</summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    private const string RuntimeMeter = "System.Runtime";

    public static void AddTielineMetrics(this IServiceCollection services, TelemetryOptions telemetry) => services
        .AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService("tieline", serviceVersion: ProgramVersion.Text, autoGenerateServiceInstanceId: false))
        .WithMetrics(metrics => metrics
            .AddMeter(TielineMetrics.MeterName)
            .AddMeter(RuntimeMeter)
            .AddOtlp(telemetry)
            .AddPrometheusExporter(prometheus => prometheus.ScrapeResponseCacheDurationMilliseconds = 0))
        .AddTraces(telemetry);

    /// <summary>The exporter's middleware, for those who want its text.</summary>
    public static void UsePrometheusMetrics(this WebApplication app)
    {
        ObserveSpecification(app.Services.GetRequiredService<TielineMetrics>(), app.Services.GetRequiredService<SpecificationMetrics>());
        ConditionFigures.Observe(app.Services);
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context =>
            context.Request.Path == Path && HttpMethods.IsGet(context.Request.Method) && MetricsNegotiation.WantsPrometheus(context.Request.Headers.Accept));
    }

    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        var specification = routes.ServiceProvider.GetRequiredService<SpecificationMetrics>();
        var figures = routes.ServiceProvider.GetServices<ILiveFigures>().ToList();
        routes.MapMethods(Path, ["GET", "HEAD"], context =>
        {
            context.Response.Headers.Vary = "Accept";
            return JsonResponse.WriteAsync(context.Response, writer => Write(writer, specification, figures));
        });
    }

    private static void Write(Utf8JsonWriter writer, SpecificationMetrics specification, IEnumerable<ILiveFigures> figures)
    {
        writer.WriteNumber("connectionUptime", specification.ConnectionUptimeMs);
        writer.WriteNumber("totalEvents", specification.TotalEvents);
        writer.WriteNumber("reconnectionCount", specification.ReconnectionCount);
        writer.WriteNumber("avgLatencyMs", specification.AvgLatencyMs);
        writer.WriteNumber("lastSequence", specification.LastSequence);
        writer.WriteNumber("sequenceGaps", specification.SequenceGaps);
        foreach (var (name, value) in figures.SelectMany(f => f.Read()))
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumber(name, value);
            }
            else
            {
                writer.WriteNull(name);
            }
        }
    }

    /// <summary>The six for Prometheus too: by their own names, since other instruments count some of it by other rules.</summary>
    private static void ObserveSpecification(TielineMetrics metrics, SpecificationMetrics specification)
    {
        metrics.Observe("tieline.specification.connection.uptime", "s", "Age of the current connection as of its last heartbeat or event; 0 when down.", () => specification.ConnectionUptimeMs / 1000d);
        metrics.Observe("tieline.specification.events", "{event}", "Events that passed the filter since the start.", () => specification.TotalEvents);
        metrics.Observe("tieline.specification.reconnections", "{connection}", "Unplanned closes since the start.", () => specification.ReconnectionCount);
        metrics.Observe("tieline.specification.latency.average", "s", "Mean of processing time minus timestamp over those events.", () => specification.AvgLatencyMs / 1000d);
        metrics.Observe("tieline.specification.sequence.last", "{sequence}", "The last sequence number.", () => specification.LastSequence);
        metrics.Observe("tieline.specification.sequence.gaps", "{gap}", "Holes since the start.", () => specification.SequenceGaps);
    }
}
