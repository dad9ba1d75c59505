using System.Security.Cryptography;

namespace Tieline.Delivery;

/// <summary>What signs a request, read from the text of a Standard Webhooks secret. Safe from any thread.</summary>
internal abstract class SigningKey
{
    private const string HmacPrefix = "whsec_";
    private const string PrivatePrefix = "whsk_";
    private const string PublicPrefix = "whpk_";

    /// <summary>Standard Webhooks: "between 24 bytes (192 bits) and 64 bytes (512 bits)".</summary>
    private const int MinHmacBytes = 24;
    private const int MaxHmacBytes = 64;

    /// <summary>As long as the hash: more would add nothing.</summary>
    private const int NewHmacBytes = 32;

    private protected SigningKey(string text) => Text = text;

    public abstract SigningAlgorithm Algorithm { get; }

    /// <summary>The secret as it stands in its file.</summary>
    public string Text { get; }

    /// <summary>What the CRM is given to verify with: the secret itself, or the public key.</summary>
    public abstract string ForReceiver { get; }

    /// <returns><c>v1,</c> or <c>v1a,</c> and the signature in base64.</returns>
    public abstract string Sign(ReadOnlySpan<byte> content);

    /// <param name="problem">What is allowed, to follow a key's name; it never repeats the text. Null when there is a key.</param>
    public static SigningKey? Parse(string text, out string? problem)
    {
        text = text.Trim();
        problem = null;
        if (text.StartsWith(HmacPrefix, StringComparison.Ordinal))
        {
            var key = Decode(text[HmacPrefix.Length..]);
            if (key is { Length: >= MinHmacBytes and <= MaxHmacBytes })
                return new HmacSigningKey(text, key);
            problem = $"must be {HmacPrefix} and base64 of {MinHmacBytes} to {MaxHmacBytes} bytes; {What(key)}";
        }
        else if (text.StartsWith(PrivatePrefix, StringComparison.Ordinal))
        {
            var key = Decode(text[PrivatePrefix.Length..]);
            if (key is { Length: Ed25519SigningKey.SeedBytes or Ed25519SigningKey.PairBytes })
            {
                if (Ed25519SigningKey.TryCreate(text, key) is { } pair)
                    return pair;
                problem = "must be a private key and its own public key; the second half is not that of the first";
            }
            else
            {
                problem = $"must be {PrivatePrefix} and base64 of {Ed25519SigningKey.SeedBytes} or {Ed25519SigningKey.PairBytes} bytes; {What(key)}";
            }
        }
        else
        {
            problem = text.StartsWith(PublicPrefix, StringComparison.Ordinal)
                ? $"must be the private key ({PrivatePrefix}…), was the public one"
                : $"must start with {HmacPrefix} (V1) or {PrivatePrefix} (V1a)";
        }

        return null;
    }

    public static SigningKey Create(SigningAlgorithm algorithm)
    {
        var text = algorithm == SigningAlgorithm.V1
            ? HmacPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NewHmacBytes))
            : PrivatePrefix + Convert.ToBase64String(Ed25519SigningKey.NewPair());
        return Parse(text, out _)!;
    }

    private protected static string PublicText(ReadOnlySpan<byte> key) => PublicPrefix + Convert.ToBase64String(key);

    private static byte[]? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }

    private static string What(byte[]? key) => key is null ? "what follows is not base64" : $"it has {key.Length}";
}
