using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tieline.Diagnostics;

/// <summary>Text for a terminal or a log: what would steer the terminal, turn or hide text, or forge a line is shown as <c>\u….</c> instead. Pure.</summary>
/// <remarks>Escaped are C0, DEL and C1, Unicode's format characters (bidi, zero width, tags), line and paragraph separators, and halves of surrogate pairs; each as JSON writes it, so that JSON stays the same JSON.</remarks>
internal static class Printable
{
    private static readonly SearchValues<char> _plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)]);

    /// <summary>One line: line breaks are escaped too.</summary>
    public static string Of(string text) => Escape(text, keepsLines: false);

    /// <summary>Text whose line feeds are ours.</summary>
    public static string Lines(string text) => Escape(text, keepsLines: true);

    /// <summary>A person's text for the record: without what <see cref="Of"/> escapes, and without white space around it.</summary>
    /// <param name="most">Characters of Unicode at most.</param>
    public static string Tidy(string text, int most = int.MaxValue)
    {
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().Where(rune => !IsHarmful(rune)).Take(most))
            kept.Append(rune.ToString());
        return kept.ToString().Trim();
    }

    private static string Escape(string text, bool keepsLines)
    {
        if (!text.AsSpan().ContainsAnyExcept(_plain))
            return text;
        var escaped = new StringBuilder(text.Length + 16);
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var isRune = Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done;
            if (isRune && (!IsHarmful(rune) || (keepsLines && rune.Value == '\n')))
            {
                escaped.Append(rest[..length]);
            }
            else
            {
                foreach (var unit in rest[..length])
                    escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }

            rest = rest[length..];
        }

        return escaped.ToString();
    }

    private static bool IsHarmful(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
