using System.Text;

namespace Tieline.Http;

/// <summary>How a 409 says in its body that the same request is under way, and not that its effect is there already. Pure.</summary>
/// <remarks>Words of the draft <c>draft-ietf-httpapi-idempotency-key-header</c> (a problem document, "A request is outstanding for this Idempotency-Key"), and codes of those who do the same in other words.</remarks>
internal static class InProgress
{
    public static IReadOnlyList<string> Words { get; } =
        ["outstanding", "in progress", "in-progress", "in_progress", "inprogress", "in flight", "in-flight", "in_flight", "being processed", "still processing", "key_in_use"];

    /// <summary>So many bytes of a body are looked at.</summary>
    private const int MaxBytes = 2_560;

    /// <param name="body">UTF-8, from its beginning.</param>
    public static bool IsSaidIn(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxBytes)]);
        return Words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
