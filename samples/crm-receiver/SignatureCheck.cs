using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CrmReceiver;

/// <summary>Verifies a Standard Webhooks signature: HMAC-SHA256 over <c>id.timestamp.body</c>, sent as <c>webhook-signature: v1,BASE64</c>
/// (several, parted by spaces, while a secret is being rotated). https://github.com/standard-webhooks/standard-webhooks</summary>
internal sealed class SignatureCheck
{
    /// <summary>How far the sender's clock may be from ours; an older copy is someone else's recording.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string SecretPrefix = "whsec_";
    private const string Version = "v1,";

    private readonly byte[]? _key;
    private readonly TimeProvider _time;

    /// <exception cref="ReceiverOptionsException">The secret is not base64. It is not repeated in the message.</exception>
    public SignatureCheck(string? secret, TimeProvider time)
    {
        _time = time;
        if (secret is null)
            return;
        try
        {
            _key = Convert.FromBase64String(secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : secret);
        }
        catch (FormatException)
        {
            throw new ReceiverOptionsException("CRM_WEBHOOK_SECRET must be whsec_ followed by base64");
        }

        if (_key.Length == 0)
            throw new ReceiverOptionsException("CRM_WEBHOOK_SECRET must not be empty");
    }

    public bool IsOn => _key is not null;

    public string Describe() => IsOn
        ? "signatures are verified (CRM_WEBHOOK_SECRET is set)"
        : "signatures are not verified: CRM_WEBHOOK_SECRET is not set";

    /// <returns>Null when the request may be believed, else why not.</returns>
    public string? Problem(string id, string? timestamp, string? signatures, ReadOnlySpan<byte> body)
    {
        if (_key is null)
            return null;
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return "webhook-timestamp must be seconds since 1970";
        if (Math.Abs(_time.GetUtcNow().ToUnixTimeSeconds() - (decimal)seconds) > (decimal)Tolerance.TotalSeconds)
            return "webhook-timestamp is more than 5 minutes from this clock";

        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        using (var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key))
        {
            hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
            hmac.AppendData(body);
            hmac.GetHashAndReset(expected);
        }

        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var signature in (signatures ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // Constant time, so that the answer's delay does not tell how many bytes were right.
            if (signature.StartsWith(Version, StringComparison.Ordinal) && Convert.TryFromBase64String(signature[Version.Length..], given, out var length)
                && CryptographicOperations.FixedTimeEquals(given[..length], expected))
                return null;
        }

        return "webhook-signature does not match the body";
    }
}
