using System.Buffers;
using System.Text.RegularExpressions;

namespace Tieline.Filtering;

/// <summary>Whether a text is an id by its shape, and not something a person could be known by: a UUID; or one of the allowed prefixes, then a UUID or a short number.</summary>
/// <remarks>An allow-list, since a list of what is no id (<c>tel</c>, <c>phone</c>, …) fails in every other language: <c>rufnummer:491701234567</c>.</remarks>
internal static partial class IdShape
{
    /// <summary>What ids begin with that Genesys, its specification's samples and our own derivation make.</summary>
    public static IReadOnlyList<string> DefaultPrefixes { get; } =
        ["user:", "user-", "contact:", "contact-", "ext-contact:", "ext-contact-", "customer-", "agent-", "agent:", "queue:", "queue-", "acd-", "ivr-", "flow:", "flow-", "bot-", "group:", "station:"];

    /// <summary>Digits behind a prefix: fewer than phone numbers and national ids have. A date of six digits (<c>customer-850312</c>) passes.</summary>
    private const int MaxDigits = 6;

    /// <summary>No id is longer, so no input keeps anything busy.</summary>
    private const int MaxLength = 100;

    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789");

    /// <param name="prefixes">Letters and hyphens, compared as written; most end in <c>:</c> or <c>-</c>.</param>
    public static bool Is(string text, IReadOnlyList<string> prefixes)
    {
        if (text.Length > MaxLength)
            return false;
        if (IsUuid(text))
            return true;
        foreach (var prefix in prefixes)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal) && text.AsSpan(prefix.Length) is var rest && (IsUuid(rest) || IsShortNumber(rest)))
                return true;
        }

        return false;
    }

    /// <summary>A digit first, so that it is no name, then hex digits as the specification's sample has them (<c>user-7f21</c>).</summary>
    private static bool IsShortNumber(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 8 || !char.IsAsciiDigit(text[0]))
            return false;
        var digits = 0;
        foreach (var character in text)
        {
            if (!char.IsAsciiHexDigitLower(character))
                return false;
            digits += _digits.Contains(character) ? 1 : 0;
        }

        return digits <= MaxDigits;
    }

    private static bool IsUuid(ReadOnlySpan<char> text) => text.Length == 36 && Uuid().IsMatch(text);

    [GeneratedRegex(@"\A[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\z", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Uuid();
}
