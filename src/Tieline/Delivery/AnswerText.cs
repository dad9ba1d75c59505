using System.Text;
using System.Text.RegularExpressions;
using Tieline.Http;

namespace Tieline.Delivery;

/// <summary>What a refusing answer says, for whoever has to decide about it: its beginning, as text, without personal data. Never more than some KB are read, nor for long.</summary>
internal static partial class AnswerText
{
    /// <summary>Characters that are kept.</summary>
    public const int MaxLength = 2_048;

    /// <summary>Bytes that they are made from: some more, so that what is cut off is masked as a whole first.</summary>
    private const int MaxBytes = 2_560;

    private const int MatchMs = 500;

    /// <summary>Reads the beginning of an answer that is no acceptance, and makes of the outcome what its code says. Never throws for what the destination does.</summary>
    /// <param name="outcome">What the status says.</param>
    /// <exception cref="OperationCanceledException">On <paramref name="aborting"/>.</exception>
    public static async Task<DeliveryOutcome> ReadAsync(DeliveryOutcome outcome, HttpResponseMessage response, TimeProvider time, CancellationToken aborting)
    {
        var (text, code) = await LookAsync(response, time, aborting);
        return VendorCodes.HeedWith(outcome, text, code);
    }

    /// <returns>Its text, null where it has no body, or none that came in time; and the code of a CRM's error, null where it has none that is known.</returns>
    /// <inheritdoc cref="ReadAsync(DeliveryOutcome, HttpResponseMessage, TimeProvider, CancellationToken)"/>
    public static async Task<(string? Text, VendorCode? Code)> LookAsync(HttpResponseMessage response, TimeProvider time, CancellationToken aborting)
    {
        // What is compressed is not unpacked: a few bytes of it could be made to hold gigabytes.
        if (response.Content.Headers.ContentEncoding.Count > 0)
            return ("(compressed; not unpacked)", null);
        var body = await BodyStart.ReadAsync(response, VendorAnswer.MaxBytes, null, time, aborting);
        return (Of(body.Span[..Math.Min(body.Length, MaxBytes)]), VendorAnswer.Find((int)response.StatusCode, body.Span));
    }

    /// <summary>Masked, on printable characters, at most <see cref="MaxLength"/> of them; null where nothing is left.</summary>
    public static string? Of(ReadOnlySpan<byte> utf8)
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
            masked = Mask(text.ToString()).Trim();
        }
        catch (RegexMatchTimeoutException)
        {
            return "(not shown: it could not be searched for personal data in time)";
        }

        if (masked.Length > MaxLength)
            masked = masked[..(char.IsHighSurrogate(masked[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
        return masked.Length == 0 ? null : masked;
    }

    private static string Mask(string text) => Digits().Replace(Phone().Replace(Mail().Replace(Address().Replace(text, "<address>"), "<e-mail>"), "<number>"), "<number>");

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
