using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Tieline.Journal;

/// <summary>Why something became a dead letter, told so that what has one cause has one name: the answer without what differs from event to event. Pure.</summary>
/// <param name="Key">12 lower-case hex digits, from SHA-256 over destination, status and <paramref name="Text"/>, each ended by a line feed.</param>
/// <param name="Text">The answer, or the reason where none came, with numbers, ids and quoted values as <c>#</c>; at most 512 characters.</param>
internal sealed record DeadLetterCause(string Key, string Text)
{
    private const int KeyLength = 12;
    private const int MaxText = 512;

    // The writer waits for these, and the text is the destination's: linear in its length, whatever it is.
    private static readonly Regex _escaped = new("""\\"[^"\\]*\\"|`[^`]*`|\B'[^']*'\B""", RegexOptions.NonBacktracking);
    private static readonly Regex _quoted = new("\"[^\"]*\"", RegexOptions.NonBacktracking);

    /// <summary>A UUID, and any word that has a digit in it: numbers, times, hex, ids of every make. What was masked is such a word too. An error code that is a number is none: it tells causes apart.</summary>
    private static readonly Regex _varying = new(
        @"(?<code>0x8[0-9a-fA-F]{7}\b|[:,] (code|errorCode|error_code|statusCode|status_code) [0-9]{1,5}\b)|<(e-mail|address|number|secret)>|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[\p{L}_]*[0-9][\w.:+-]*", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static readonly Regex _space = new(@"\s+", RegexOptions.NonBacktracking);

    /// <param name="answer">What is kept of the answer; null or blank where it said nothing.</param>
    public static DeadLetterCause Of(string destination, int? status, string reason, string? answer)
    {
        var text = Normalise(string.IsNullOrWhiteSpace(answer) ? reason : answer);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{destination}\n{status}\n{text}\n")));
        return new DeadLetterCause(Convert.ToHexStringLower(hash)[..KeyLength], text);
    }

    private static string Normalise(string answer)
    {
        var text = _escaped.Replace(answer, "#");
        // In JSON all is quoted, names and sentences too: there only what is quoted within a sentence is a value.
        text = text.AsSpan().TrimStart() is ['{' or '[', ..] ? text : _quoted.Replace(text, "#");
        text = _space.Replace(_varying.Replace(text, match => match.Groups["code"].Success ? match.Value : "#"), " ").Trim();
        return text.Length <= MaxText ? text : text[..MaxText];
    }
}
