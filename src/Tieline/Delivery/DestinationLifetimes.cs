using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Tieline.Delivery;

/// <summary>How old the secrets of one destination are, and how long its certificates hold. Safe from any thread.</summary>
internal sealed class DestinationLifetimes
{
    /// <summary>Whoever renews a certificate should have by then: as much before its end.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private readonly DestinationOptions _options;
    private readonly SigningKeys? _signing;
    private long _serverUntil;

    /// <param name="signing">Null where nothing is signed.</param>
    public DestinationLifetimes(DestinationOptions options, SigningKeys? signing = null) => (_options, _signing) = (options, signing);

    public string Destination => _options.Name;

    /// <summary>Of the certificate that the CRM showed at the last handshake that succeeded; null before, and over plain http.</summary>
    public DateTimeOffset? ServerCertificateUntil => Interlocked.Read(ref _serverUntil) is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Of our own, as it was read at the start; null where there is none.</summary>
    public DateTimeOffset? ClientCertificateUntil { get; private set; }

    /// <summary>When the file of each secret in use was last written, by a closed set of names. A secret that is in no file, or whose file is gone, is not among them.</summary>
    public IEnumerable<(string Secret, DateTimeOffset ChangedAt)> Secrets
    {
        get
        {
            IReadOnlyList<(string Name, string? File)> files =
            [
                ("signing", _options.Signing.SecretFile),
                _options.Authentication.Type switch
                {
                    AuthenticationType.Header => ("header", _options.Authentication.ValueFile),
                    AuthenticationType.Basic => ("password", _options.Authentication.PasswordFile),
                    AuthenticationType.OAuth2 => ("client-secret", _options.Authentication.ClientSecretFile),
                    _ => ("", null),
                },
            ];
            return from one in files
                   where one.File is not null
                   let file = new FileInfo(one.File)
                   where file.Exists
                   select (one.Name, new DateTimeOffset(file.LastWriteTimeUtc));
        }
    }

    /// <summary>When the signing key before stops signing; null where none does, or where its end is for a person to decide.</summary>
    public DateTimeOffset? PreviousKeyUntil => _signing?.PreviousUntil;

    /// <summary>Sees from now on whom the handler's connections lead to. What is trusted stays as it was.</summary>
    /// <param name="handler">Has made no connection yet.</param>
    public void Watch(SocketsHttpHandler handler)
    {
        ClientCertificateUntil = Until(handler.SslOptions.ClientCertificateContext?.TargetCertificate);
        handler.PlaintextStreamFilter = (context, _) =>
        {
            // The endpoint that gives tokens may be another host.
            if (context.InitialRequestMessage.RequestUri is { } to && to.IdnHost == _options.Url!.IdnHost && to.Port == _options.Url.Port
                && context.PlaintextStream is SslStream { RemoteCertificate: X509Certificate2 shown } && Until(shown) is { } until)
                Interlocked.Exchange(ref _serverUntil, until.UtcTicks);
            return ValueTask.FromResult(context.PlaintextStream);
        };
    }

    private static DateTimeOffset? Until(X509Certificate2? certificate) => certificate is null ? null : new DateTimeOffset(certificate.NotAfter).ToUniversalTime();
}
