using System.Net.Http.Headers;
using System.Text;

namespace Tieline.Http;

/// <summary>Finds a page for people where a program was to answer: a login page, an instance that sleeps, a gateway. Pure but for <see cref="ReadAsync"/>.</summary>
/// <remarks>Under <c>text/html</c> a body counts that has a tag within its first KiB: many frameworks send a bare <c>ok</c>, or nothing, under that type. Under no type, or one that says nothing, a body counts that
/// begins as a page does. Any other type is believed, and its body left unread.</remarks>
internal static class HtmlPage
{
    /// <summary>So much of a body is looked at.</summary>
    public const int MaxBytes = 1024;

    private static readonly HashSet<string> _html = new(StringComparer.OrdinalIgnoreCase) { "text/html", "application/xhtml+xml" };
    private static readonly HashSet<string> _unsaid = new(StringComparer.OrdinalIgnoreCase) { "text/plain", "application/octet-stream", "*/*" };

    /// <summary>The type of a page for people.</summary>
    public static bool IsNamed(HttpContentHeaders headers) => headers.ContentType?.MediaType is { } type && _html.Contains(type);

    /// <summary>Only the body can tell.</summary>
    public static bool MayBe(HttpContentHeaders headers) =>
        headers.ContentLength != 0 && headers.ContentEncoding.Count == 0 && (headers.ContentType?.MediaType is not { } type || _html.Contains(type) || _unsaid.Contains(type));

    /// <param name="headers">Of the answer.</param>
    /// <param name="start">What its body begins with.</param>
    public static bool Is(HttpContentHeaders headers, ReadOnlySpan<byte> start)
    {
        var text = Encoding.UTF8.GetString(start[..Math.Min(start.Length, MaxBytes)]).AsSpan().TrimStart('\ufeff').TrimStart();
        return IsNamed(headers) ? HasTag(text) : BeginsAsPage(text);
    }

    /// <summary>Reads a body's beginning, and only where <see cref="MayBe"/>.</summary>
    /// <returns>The beginning of the page; null where it is none. A body that does not come, or breaks off before it can be told, is none.</returns>
    /// <exception cref="OperationCanceledException">On <paramref name="cancellation"/>.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpResponseMessage response, TimeProvider time, CancellationToken cancellation)
    {
        var headers = response.Content.Headers;
        if (!MayBe(headers))
            return null;
        var start = await BodyStart.ReadAsync(response, MaxBytes, read => Is(headers, read.Span), time, cancellation);
        return Is(headers, start.Span) ? (ReadOnlyMemory<byte>?)start : null;
    }

    private static bool HasTag(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOf('<'); at >= 0 && at + 1 < text.Length; at = text.IndexOf('<'))
        {
            if (char.IsAsciiLetter(text[at + 1]) || text[at + 1] is '!' or '/' or '?')
                return true;
            text = text[(at + 1)..];
        }

        return false;
    }

    private static bool BeginsAsPage(ReadOnlySpan<char> text)
    {
        while (text.StartsWith("<!--") && text.IndexOf("-->") is var end and >= 0)
            text = text[(end + 3)..].TrimStart();
        return text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }
}
