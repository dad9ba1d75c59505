using System.Security.Cryptography;
using Tieline.Storage;

namespace Tieline.Audit;

/// <summary>The key that signs checkpoints: ECDSA P-256, made at the first start.</summary>
internal sealed class AuditKey : IDisposable
{
    public const string PublicFile = "public-key.pem";
    public const string PrivateFile = "audit-signing.pem";

    private readonly ECDsa _key;

    private AuditKey(ECDsa key)
    {
        _key = key;
        Id = IdOf(key);
    }

    /// <inheritdoc cref="IdOf"/>
    public string Id { get; }

    /// <summary>The first 16 hex digits of SHA-256 over the public key's DER.</summary>
    public static string IdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];

    /// <summary>Reads the key from <paramref name="keys"/>, or makes it; its public half is written beside the log.</summary>
    /// <exception cref="AuditBrokenException">The private key is gone or another one, while its public half is still beside the log: signing on with a new one
    /// would make every earlier checkpoint worthless.</exception>
    public static AuditKey Open(string keys, string audit)
    {
        var privatePath = Path.Combine(keys, PrivateFile);
        var publicPath = Path.Combine(audit, PublicFile);
        var publicPem = File.Exists(publicPath) ? File.ReadAllText(publicPath) : null;
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            if (File.Exists(privatePath))
            {
                Import(key, privatePath);
            }
            else
            {
                if (publicPem is not null)
                    throw Changed(privatePath, publicPath, "is missing");
                OwnerOnly.CreateDirectory(keys);
                WholeFile.Write(privatePath, key.ExportPkcs8PrivateKeyPem() + "\n");
            }

            var pem = key.ExportSubjectPublicKeyInfoPem() + "\n";
            if (publicPem is null)
                WholeFile.Write(publicPath, pem);
            else if (publicPem.Trim() != pem.Trim())
                throw Changed(privatePath, publicPath, "does not belong to it");
            return new AuditKey(key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <returns>IEEE P1363, base64.</returns>
    public string Sign(ReadOnlySpan<byte> bytes) =>
        Convert.ToBase64String(_key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public void Dispose() => _key.Dispose();

    private static void Import(ECDsa key, string path)
    {
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
        }
#pragma warning disable CA1031 // a damaged key may be anything to the library
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException))
#pragma warning restore CA1031
        {
            throw new AuditBrokenException($"'{path}' is no private key in PEM ({e.Message}). Put it back from a copy.");
        }
    }

    private static AuditBrokenException Changed(string privatePath, string publicPath, string how) =>
        new($"The audit log's public key is '{publicPath}', but the private key '{privatePath}' {how}. Put it back from a copy; "
            + $"or, to sign with a new key from here on, move '{PublicFile}' and '{CheckpointFile.Name}' away together and keep them.");
}
