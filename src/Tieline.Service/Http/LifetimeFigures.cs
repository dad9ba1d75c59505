using System.Diagnostics.Metrics;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>How old each destination's secrets are, and how long its certificates hold, as gauges by <c>tieline.destination</c>.</summary>
internal static class LifetimeFigures
{
    /// <summary>Makes them; they look whenever somebody asks.</summary>
    public static void Observe(RunningParts parts, TimeProvider time, TielineMetrics metrics)
    {
        metrics.Observe("tieline.delivery.certificate.left", "s", "How long a destination's certificate holds, by tieline.certificate: server (as seen at the last handshake) or client; below 0 once it has ended.", () =>
            from one in Lifetimes(parts)
            from certificate in (IReadOnlyList<(string Name, DateTimeOffset? Until)>)[("server", one.ServerCertificateUntil), ("client", one.ClientCertificateUntil)]
            from until in Given(certificate.Until)
            select new Measurement<double>((until - time.GetUtcNow()).TotalSeconds, Tag(one), new KeyValuePair<string, object?>("tieline.certificate", certificate.Name)));
        metrics.Observe("tieline.delivery.secret.age", "s", "Since the file of a destination's secret was last written, by tieline.secret: signing, header, password or client-secret.", () =>
            from one in Lifetimes(parts)
            from secret in one.Secrets
            select new Measurement<double>((time.GetUtcNow() - secret.ChangedAt).TotalSeconds, Tag(one), new KeyValuePair<string, object?>("tieline.secret", secret.Secret)));
        metrics.Observe("tieline.delivery.signing.previous.left", "s", "How long the signing key before still signs; absent where none does.", () =>
            from one in Lifetimes(parts)
            from until in Given(one.PreviousKeyUntil)
            select new Measurement<double>((until - time.GetUtcNow()).TotalSeconds, Tag(one)));
    }

    private static IEnumerable<DestinationLifetimes> Lifetimes(RunningParts parts) => parts.Current?.Dispatchers.Select(dispatcher => dispatcher.Lifetimes) ?? [];

    private static IEnumerable<DateTimeOffset> Given(DateTimeOffset? at) => at is { } time ? [time] : [];

    private static KeyValuePair<string, object?> Tag(DestinationLifetimes one) => new("tieline.destination", one.Destination);
}
