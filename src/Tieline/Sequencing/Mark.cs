namespace Tieline.Sequencing;

/// <summary>The highest sequence below which everything is accounted for: kept, dropped, or listed in a gap.</summary>
/// <param name="Epoch">Counts how often the numbering has started again; from 1.</param>
/// <param name="Sequence">The sequence; null before the first event.</param>
/// <param name="OccurredAt">The newest time of this epoch's events so far; null where none had one that can be read.</param>
internal readonly record struct Mark(long Epoch, long? Sequence, DateTimeOffset? OccurredAt)
{
    public static Mark None { get; } = new(1, null, null);
}
