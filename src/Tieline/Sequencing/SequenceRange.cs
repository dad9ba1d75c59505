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

    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
