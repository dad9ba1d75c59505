namespace Tieline.Journal;

/// <summary>An event's place in the journal, which is its place in the order of delivery. From 1; 0 is before the first.</summary>
internal readonly record struct JournalPosition(long Value) : IComparable<JournalPosition>
{
    public static JournalPosition Start { get; } = new(0);

    public int CompareTo(JournalPosition other) => Value.CompareTo(other.Value);

    public static bool operator <(JournalPosition left, JournalPosition right) => left.Value < right.Value;

    public static bool operator >(JournalPosition left, JournalPosition right) => left.Value > right.Value;

    public static bool operator <=(JournalPosition left, JournalPosition right) => left.Value <= right.Value;

    public static bool operator >=(JournalPosition left, JournalPosition right) => left.Value >= right.Value;
}
