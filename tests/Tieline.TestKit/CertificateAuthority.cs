using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tieline.TestKit;

/// <summary>A CA of a test's own, which no machine trusts. What it issues is valid by the machine's clock: OpenSSL has no other.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private static readonly TimeSpan _life = TimeSpan.FromDays(1);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly X509Certificate2 _certificate;

    public CertificateAuthority()
    {
        var request = new CertificateRequest("CN=Test CA", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(_now - _life, _now + _life);
    }

    /// <summary>What a CA file holds.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <param name="host">The one name, or address, that it is for.</param>
    /// <param name="until">Its end; null: it is valid now.</param>
    public X509Certificate2 Issue(string host, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_certificate, _now - _life, until ?? (_now + _life), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
