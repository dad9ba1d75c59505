using System.Buffers;
using System.Text;

namespace Tieline.Delivery;

/// <summary>The header <c>webhook-signature</c>: over <c>id.timestamp.body</c>, of each key that signs, parted by spaces. https://www.standardwebhooks.com</summary>
internal static class WebhookSignature
{
    /// <param name="id">ASCII.</param>
    /// <param name="timestamp">Seconds since 1970, of this attempt.</param>
    public static string Of(SigningKeys keys, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        var length = id.Length + timestamp.Length + 2 + body.Length;
        var content = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var at = Encoding.ASCII.GetBytes(id, content);
            content[at++] = (byte)'.';
            at += Encoding.ASCII.GetBytes(timestamp, content.AsSpan(at));
            content[at++] = (byte)'.';
            body.CopyTo(content.AsSpan(at));
            var key = keys.Current(out var previous);
            var signature = key.Sign(content.AsSpan(0, length));
            return previous is null ? signature : $"{signature} {previous.Sign(content.AsSpan(0, length))}";
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }
}
