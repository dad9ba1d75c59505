using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tieline.Delivery;

/// <summary>From files to what a TLS connection needs.</summary>
internal static class TlsFiles
{
    private const string PemStart = "-----BEGIN";

    /// <returns>Null where the options ask for nothing.</returns>
    /// <exception cref="CryptographicException">A file is not what it should be.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SslClientAuthenticationOptions? Load(TlsOptions options)
    {
        if (options.ClientCertificateFile is null && options.CaFile is null)
            return null;
        return new SslClientAuthenticationOptions
        {
            ClientCertificateContext = options.ClientCertificateFile is { } file ? LoadCertificate(file, options) : null,
            CertificateChainPolicy = options.CaFile is { } ca ? TrustWith(LoadAuthorities(ca)) : null,
        };
    }

    public static SslStreamCertificateContext LoadCertificate(string file, TlsOptions options)
    {
        var password = Password(options);
        var text = File.ReadAllText(file);
        var all = text.Contains(PemStart, StringComparison.Ordinal)
            ? LoadPem(text, options.ClientCertificateKeyFile is { } key ? File.ReadAllText(key) : text, password)
            : X509CertificateLoader.LoadPkcs12Collection(File.ReadAllBytes(file), password, X509KeyStorageFlags.EphemeralKeySet);
        var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new CryptographicException("it holds no private key");
        return SslStreamCertificateContext.Create(own, all, offline: true);
    }

    public static X509Certificate2Collection LoadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(File.ReadAllText(file));
        return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no PEM certificate");
    }

    private static X509Certificate2Collection LoadPem(string certificates, string key, string? password)
    {
        var all = new X509Certificate2Collection
        {
            string.IsNullOrEmpty(password) ? X509Certificate2.CreateFromPem(certificates, key) : X509Certificate2.CreateFromEncryptedPem(certificates, key, password),
        };
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificates);
        all.AddRange(chain.Skip(1).ToArray());
        return all;
    }

    /// <summary>A chain policy of one's own is asked in the system's place: so what the system trusts is added.</summary>
    private static X509ChainPolicy TrustWith(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        policy.CustomTrustStore.AddRange(system.Certificates);
        return policy;
    }

    private static string? Password(TlsOptions options)
    {
        if (options.ClientCertificatePasswordFile is not { } file)
            return options.ClientCertificatePassword.Reveal();
        return SecretText.Read(file, out var problem) ?? throw new IOException(problem);
    }
}
