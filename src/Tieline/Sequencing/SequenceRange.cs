using System.Globalization;

namespace Tieline.Sequencing;

/// <summary>Numbers from First to Last, both included. Written <c>4-9</c>, or <c>4</c> for one.</summary>
internal readonly record struct SequenceRange(long First, long Last)
{
    public long Count => Last - First + 1;

    public bool Contains(long sequence) => sequence >= First && sequence <= Last;

    public static SequenceRange Parse(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash < 0
            ? new(long.Parse(text, CultureInfo.InvariantCulture), long.Parse(text, CultureInfo.InvariantCulture))
            : new(long.Parse(text.AsSpan(0, dash), CultureInfo.InvariantCulture), long.Parse(text.AsSpan(dash + 1), CultureInfo.InvariantCulture));
    }

    /// <summary>Reads ranges with commas between them; false for what is none.</summary>
    public static bool TryParseList(string text, out IReadOnlyList<SequenceRange> ranges)
    {
        var list = new List<SequenceRange>();
        ranges = list;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (!long.TryParse(dash < 0 ? part : part.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !long.TryParse(dash < 0 ? part : part.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first)
            {
                ranges = [];
                return false;
            }

            list.Add(new SequenceRange(first, last));
        }

        return true;
    }

    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
