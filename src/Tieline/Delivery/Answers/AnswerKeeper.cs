using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Tieline.Delivery;

/// <summary>Makes, of one answer, what is kept of it. Pure but for <paramref name="secrets"/>.</summary>
/// <param name="headers">Of the answer.</param>
/// <param name="secrets">What the request showed, and what else must not come back: <see cref="OwnSecrets"/>. Asked only where text is kept.</param>
internal sealed class AnswerKeeper(AnswerKeep keep, HttpContentHeaders headers, Func<IReadOnlyList<string>> secrets)
{
    /// <summary>A content type that is not among these is the destination's own text.</summary>
    private static readonly HashSet<string> _types = new(StringComparer.OrdinalIgnoreCase)
    {
        "application/json", "application/problem+json", "application/vnd.api+json", "application/xml", "application/problem+xml", "text/xml", "application/soap+xml",
        "text/html", "application/xhtml+xml", "text/plain", "application/octet-stream", "application/x-www-form-urlencoded",
    };

    private bool IsCompressed => headers.ContentEncoding.Count > 0;

    /// <param name="read">What was read of the body, from its beginning.</param>
    /// <param name="known">The code by which it was decided; null where there is none.</param>
    /// <returns>Null where the answer has no body, or none that came in time.</returns>
    public string? Whole(ReadOnlySpan<byte> read, VendorCode? known) => keep switch
    {
        // What is compressed is not unpacked: a few bytes of it could be made to hold gigabytes.
        AnswerKeep.Text => IsCompressed ? "(compressed; not unpacked)" : AnswerText.Of(read[..Math.Min(read.Length, VendorAnswer.MaxBytes)], secrets()),
        _ when read.IsEmpty && !IsCompressed => null,
        _ when IsCompressed => headers.ContentLength is null ? $"{Type()}, compressed" : $"{Type()}, {Length(read.Length)}, compressed",
        _ => $"{Type()}, {Length(read.Length)}: {Codes(read, known)}",
    };

    /// <param name="json">What an answer for several events says about one of them.</param>
    /// <param name="known">As in <see cref="Whole"/>.</param>
    public string? Part(string json, VendorCode? known)
    {
        var bytes = Encoding.UTF8.GetBytes(json.Length > VendorAnswer.MaxBytes ? json[..VendorAnswer.MaxBytes] : json);
        return keep == AnswerKeep.Text ? AnswerText.Of(bytes, secrets()) : Codes(bytes, known);
    }

    private string Type() => headers.ContentType?.MediaType is not { } given ? "no content type" : _types.TryGetValue(given, out var listed) ? listed : "another content type";

    private string Length(int read) => string.Create(CultureInfo.InvariantCulture, $"{headers.ContentLength ?? read} bytes{(headers.ContentLength is null ? " read" : "")}");

    private static string Codes(ReadOnlySpan<byte> json, VendorCode? known)
    {
        var found = AnswerCodes.Find(json);
        var codes = found.Select(code => $"{code.Member} {code.Value}");
        if (known is not null && !found.Any(code => code.Value.Equals(known.Code, StringComparison.OrdinalIgnoreCase)))
            codes = codes.Append(known.Code);
        return string.Join(", ", codes) is { Length: > 0 } text ? text : "no code that Tieline knows";
    }
}
