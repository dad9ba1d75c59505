using System.Security.Cryptography;

namespace Tieline.Storage;

/// <summary>The key that identities are hashed under, where none is configured: made once, kept beside the journal.</summary>
internal static class IdentityKeyFile
{
    public const string FileName = "identity.key";

    private const int Bytes = 32;

    /// <summary>16 hex digits of an HMAC: says that a key is the same, and nothing of the key.</summary>
    private const int FingerprintBytes = 8;

    public static bool Exists(string keys) => File.Exists(Path.Combine(keys, FileName));

    /// <summary>Reads it, or makes it: 32 random bytes, mode 0600.</summary>
    /// <param name="keys">The folder of keys; created 0700 where it is missing.</param>
    /// <exception cref="IOException">It can be neither read nor made; or it is there and is not 32 bytes long.</exception>
    public static byte[] Open(string keys)
    {
        OwnerOnly.CreateDirectory(keys);
        var path = Path.Combine(keys, FileName);
        if (!File.Exists(path))
            WholeFile.Write(path, RandomNumberGenerator.GetBytes(Bytes));
        var key = File.ReadAllBytes(path);
        return key.Length == Bytes
            ? key
            : throw new IOException($"'{path}' should hold {Bytes} bytes and holds {key.Length}. Put it back from a copy; with another key a person's hash would change.");
    }

    /// <summary>The same for the same key, and for no other: of any key, in the file or configured.</summary>
    public static string Fingerprint(byte[] key) => Convert.ToHexStringLower(HMACSHA256.HashData(key, "Tieline identity key"u8)[..FingerprintBytes]);
}
