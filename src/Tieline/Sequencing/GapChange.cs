namespace Tieline.Sequencing;

/// <param name="Gap">As it was right after the change.</param>
internal sealed record GapChange(Gap Gap, GapChangeKind Kind);

internal enum GapChangeKind
{
    /// <summary>A hole opened. It may still fill itself.</summary>
    Seen,

    /// <summary>It is a gap. Said again when a span without a connection turns out to have cost numbers.</summary>
    Confirmed,

    /// <summary>The span without a connection goes on.</summary>
    Extended,

    /// <summary>Some of it came.</summary>
    Shrunk,

    /// <summary>All of it came. If it had not been confirmed, it was a reordering.</summary>
    Filled,
}
