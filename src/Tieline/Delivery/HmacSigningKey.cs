using System.Security.Cryptography;

namespace Tieline.Delivery;

/// <summary><c>v1</c>: HMAC-SHA256.</summary>
internal sealed class HmacSigningKey(string text, byte[] key) : SigningKey(text)
{
    public override SigningAlgorithm Algorithm => SigningAlgorithm.V1;

    public override string ForReceiver => Text;

    public override string Sign(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, content, hash);
        return "v1," + Convert.ToBase64String(hash);
    }
}
