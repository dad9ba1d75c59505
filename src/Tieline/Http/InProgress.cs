namespace Tieline.Http;

/// <summary>How a 409 says in its body that the same request is under way, and not that its effect is there already. Pure.</summary>
/// <remarks>Words of the draft <c>draft-ietf-httpapi-idempotency-key-header</c> (a problem document, "A request is outstanding for this Idempotency-Key"), and codes of those who do the same in other words.</remarks>
internal static class InProgress
{
    public static IReadOnlyList<string> Words { get; } =
        ["outstanding", "in progress", "in-progress", "in_progress", "inprogress", "in flight", "in-flight", "in_flight", "being processed", "still processing", "key_in_use"];

    public static bool IsSaidIn(string body) => Words.Any(word => body.Contains(word, StringComparison.OrdinalIgnoreCase));
}
