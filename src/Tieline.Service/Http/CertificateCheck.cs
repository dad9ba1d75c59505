using Tieline.Delivery;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>Whether a certificate ends soon. Events flow until it does, so it is a note.</summary>
internal sealed class CertificateCheck(RunningParts parts, TimeProvider time) : IReadinessCheck
{
    public string Name => "certificates";

    public string? Problem => null;

    public string? Note => parts.Current is { } running ? NoteOf(running.Dispatchers.Select(dispatcher => dispatcher.Lifetimes), time.GetUtcNow()) : null;

    /// <summary>Of the one that ends first. Pure.</summary>
    internal static string? NoteOf(IEnumerable<DestinationLifetimes> destinations, DateTimeOffset now) => destinations
        .SelectMany(one => (IEnumerable<(string What, DateTimeOffset? Until)>)
        [
            ($"the certificate that destination '{one.Destination}' shows", one.ServerCertificateUntil),
            ($"our client certificate for destination '{one.Destination}'", one.ClientCertificateUntil),
        ])
        .Where(one => one.Until - now < DestinationLifetimes.Soon)
        .OrderBy(one => one.Until)
        .Select(one => one.Until > now ? $"{one.What} ends at {one.Until:yyyy-MM-dd HH:mm} UTC; nothing gets there after that" : $"{one.What} ended at {one.Until:yyyy-MM-dd HH:mm} UTC; have it renewed")
        .FirstOrDefault();
}
