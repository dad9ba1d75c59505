using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tieline.Journal;

/// <summary>Where a page of conversations ended.</summary>
/// <param name="Top">The newest position when the first page was read: the list is of what stood there then, so that what comes meanwhile neither repeats nor hides a conversation.</param>
/// <param name="Before">All from here on has been looked through.</param>
internal readonly record struct ConversationCursor(JournalPosition Top, JournalPosition Before)
{
    /// <summary>Both with a dash between them.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Top.Value}-{Before.Value}");

    public static bool TryParse(string text, [NotNullWhen(true)] out ConversationCursor? cursor)
    {
        cursor = null;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var top)
            || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var before) || before > top)
            return false;
        cursor = new ConversationCursor(new JournalPosition(top), new JournalPosition(before));
        return true;
    }
}
