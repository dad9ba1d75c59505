using System.Buffers;

namespace Tieline.Delivery;

/// <summary>Which headers an operator may give.</summary>
internal static class HeaderNames
{
    /// <summary>RFC 9110, 5.6.2: token.</summary>
    private static readonly SearchValues<char> TokenLetters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Each request has these from us; two of one would make the receiver's choice a matter of luck.</summary>
    private static readonly HashSet<string> Ours = new(StringComparer.OrdinalIgnoreCase)
    {
        "Content-Type", "Content-Length", "Transfer-Encoding", "Host", "Connection",
        "Idempotency-Key", "webhook-id", "webhook-timestamp", "webhook-signature", "Tieline-Origin",
    };

    /// <returns>Null where it may be given.</returns>
    public static string? Problem(string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(TokenLetters))
            return "must be named as a header can be: letters, digits and hyphens";
        return Ours.Contains(name) ? "is set by Tieline itself and cannot be given" : null;
    }
}
