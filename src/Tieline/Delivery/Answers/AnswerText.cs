using System.Text;
using System.Text.RegularExpressions;

namespace Tieline.Delivery;

/// <summary>The beginning of a refusing answer as text, masked: for a destination whose <see cref="AnswersOptions.Keep"/> says <see cref="AnswerKeep.Text"/>. Pure.</summary>
/// <remarks>Masked are our own secrets, tokens, e-mail addresses, call addresses and numbers. Names and streets are not: no rule finds them.</remarks>
internal static partial class AnswerText
{
    /// <summary>Characters that are kept.</summary>
    public const int MaxLength = 2_048;

    /// <summary>Characters that are searched for personal data: some more, since what the cut goes through is not recognised.</summary>
    private const int MaxSearched = MaxLength + Margin;

    private const int Margin = 512;

    private const int MatchMs = 500;

    /// <summary>Masked, on printable characters, at most <see cref="MaxLength"/> of them; null where nothing is left.</summary>
    /// <param name="secrets">As <see cref="OwnSecrets.Of"/> gives them.</param>
    public static string? Of(ReadOnlySpan<byte> utf8, IReadOnlyList<string> secrets)
    {
        var text = new StringBuilder(Encoding.UTF8.GetString(utf8));
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsControl(text[index]) && text[index] is not ('\n' or '\t'))
                text[index] = ' ';
        }

        string masked;
        try
        {
            masked = Mask(WithoutTokens(OwnSecrets.Remove(text.ToString(), secrets))).Trim();
        }
        catch (RegexMatchTimeoutException)
        {
            return "(not shown: it could not be searched for personal data in time)";
        }

        if (masked.Length > MaxLength)
            masked = masked[..(char.IsHighSurrogate(masked[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
        return masked.Length == 0 ? null : masked;
    }

    private static string WithoutTokens(string text) =>
        Run().Replace(Jwt().Replace(Scheme().Replace(text, OwnSecrets.Mark), OwnSecrets.Mark), run => Id().IsMatch(run.ValueSpan) || AnswerCodes.IsCode(run.Value) ? run.Value : OwnSecrets.Mark);

    private static string Mask(string text)
    {
        var isCut = text.Length > MaxSearched;
        var masked = MaskAll(isCut ? text[..MaxSearched] : text);
        return isCut ? masked[..Math.Max(0, masked.Length - Margin)] : masked;
    }

    private static string MaskAll(string text) => Digits().Replace(Phone().Replace(Mail().Replace(Address().Replace(text, "<address>"), "<e-mail>"), "<number>"), "<number>");

    [GeneratedRegex(@"\b(?:Bearer|Basic)\s+[^\s""'<>\\,;]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)+", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Jwt();

    /// <summary>Base64 of either alphabet, or hex.</summary>
    [GeneratedRegex("[A-Za-z0-9+/_-]{32,}={0,2}", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Run();

    /// <summary>A UUID, and an event's id.</summary>
    [GeneratedRegex(@"^(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|evt_[0-9a-f]{32})\z", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Id();

    [GeneratedRegex(@"\b(?:tel|sips?|mailto|callto)(?::|%3a)[^\s""'<>\\]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Address();

    [GeneratedRegex(@"[^\s""'<>@,;:()\[\]{}\\=&]+(?:@|%40|\\u0040)[^\s""'<>@,;()\[\]{}\\&]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Mail();

    /// <summary>Seven digits or more with what people put between them.</summary>
    [GeneratedRegex(@"(?<![\w-])(?:\+|00)?\(?[0-9](?:[ ()./-]{0,3}[0-9]){6,}(?!\w)", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Phone();

    /// <summary>Also within a word.</summary>
    [GeneratedRegex("[0-9]{7,}", RegexOptions.CultureInvariant, MatchMs)]
    private static partial Regex Digits();
}
