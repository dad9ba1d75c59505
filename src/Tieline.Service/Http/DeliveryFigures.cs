using System.Diagnostics.Metrics;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>How each destination stands, as gauges by <c>tieline.destination</c>.</summary>
internal static class DeliveryFigures
{
    /// <summary>Makes them; they read what runs whenever somebody asks.</summary>
    public static void Observe(RunningParts parts, TimeProvider time, TielineMetrics metrics)
    {
        metrics.Observe("tieline.delivery.gate.state", "{state}", "1 for the state that a destination is in, by tieline.gate.state: open, held, paused (by a person), down or misconfigured.", () => States(parts));
        metrics.Observe("tieline.delivery.gate.wait", "s", "Until a destination's pause is over, or its next probe goes out; 0 while it is open.", () => Of(parts, status => Seconds(status.NextTry, time)));
        metrics.Observe("tieline.delivery.concurrency.limit", "{request}", "Requests in flight at most, at present.", () => Of(parts, status => status.Concurrency));
        metrics.Observe("tieline.delivery.in_flight", "{request}", "Requests in flight.", () => Of(parts, status => status.InFlight));
        metrics.Observe("tieline.delivery.rate_limit.wait", "s", "Until the rate limit lets the next request go; 0 where none waits for that.", () => Of(parts, status => Seconds(status.RateFreeAt, time)));
        metrics.Observe("tieline.delivery.rate_limit.day.left", "{request}", "Requests that RateLimit:PerDay still allows; absent without it.", () => Of(parts, status => status.LeftToday));
        metrics.Observe("tieline.delivery.rate_limit.day.lasts", "s", "How long those last at the last hour's pace; absent where they last.", () => Of(parts, status => status.UsedUpIn?.TotalSeconds));
    }

    private static IEnumerable<Measurement<double>> States(RunningParts parts) =>
        from status in Statuses(parts)
        from state in Enum.GetValues<GateState>()
        select new Measurement<double>(status.State == state ? 1 : 0, Tag(status), new KeyValuePair<string, object?>("tieline.gate.state", state.ToString().ToLowerInvariant()));

    private static IEnumerable<Measurement<double>> Of(RunningParts parts, Func<DispatcherStatus, double?> read) =>
        from status in Statuses(parts)
        let value = read(status)
        where value is not null
        select new Measurement<double>(value.Value, Tag(status));

    private static IEnumerable<DispatcherStatus> Statuses(RunningParts parts) => parts.Current?.Dispatchers.Select(dispatcher => dispatcher.Status) ?? [];

    private static KeyValuePair<string, object?> Tag(DispatcherStatus status) => new("tieline.destination", status.Destination);

    private static double Seconds(DateTimeOffset? until, TimeProvider time) => until is { } at ? Math.Max(0, (at - time.GetUtcNow()).TotalSeconds) : 0;
}
