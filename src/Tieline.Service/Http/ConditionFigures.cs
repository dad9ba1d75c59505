using System.Diagnostics.Metrics;
using Tieline.Diagnostics;
using Tieline.Service.Configuration;
using Tieline.Service.Doctor;
using Tieline.Service.Reload;

namespace Tieline.Service.Http;

/// <summary>What alerts are made of and no part of the pipeline counts: readiness, silence of the source, room on the disk.</summary>
internal static class ConditionFigures
{
    /// <summary>Makes them; they look whenever somebody asks.</summary>
    public static void Observe(IServiceProvider services)
    {
        var metrics = services.GetRequiredService<TielineMetrics>();
        var specification = services.GetRequiredService<SpecificationMetrics>();
        var checks = services.GetServices<IReadinessCheck>().ToList();
        var data = Path.GetFullPath(services.GetRequiredService<TielineOptions>().DataDirectory);
        metrics.Observe("tieline.health.check", "{check}", "1 while a part of /health/ready is well, else 0, by tieline.check.", () => checks.Select(check =>
            new Measurement<double>(check.Problem is null ? 1 : 0, new KeyValuePair<string, object?>("tieline.check", check.Name))));
        metrics.Observe("tieline.source.silence", "s", "Since a frame or pong came, over whichever connection; absent before the first.", () =>
            specification.Silence is { } silence ? [new Measurement<double>(silence.TotalSeconds)] : []);
        var configuration = services.GetRequiredService<ConfigurationInForce>();
        metrics.Observe("tieline.configuration.refused", "{file}", "1 while the configuration on disk is refused and what held before holds on, else 0.", () => configuration.Refused.Count > 0 ? 1 : 0);
        metrics.Observe("tieline.configuration.restart_needed", "{key}", "Keys that have changed on disk and are in force only after a restart.", () => configuration.NeedsRestart.Count);
        metrics.Observe("tieline.disk.free", "By", "Room on the disk of the data directory; absent where it cannot be told.", () => Free(data));
    }

    private static IEnumerable<Measurement<double>> Free(string data)
    {
        try
        {
            return Directory.Exists(data) ? [new Measurement<double>(DiskSpaceCheck.FreeBelow(data))] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
