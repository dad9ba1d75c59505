namespace Tieline.Sequencing;

/// <summary>Why numbers are missing. Stored by name, in lower case: names never change.</summary>
internal enum GapReason
{
    /// <summary>The numbers jumped while the socket was open.</summary>
    Hole,

    /// <summary>The numbers jumped from one connection to the next.</summary>
    Reconnect,

    /// <summary>The numbers jumped from one run of the process to the next.</summary>
    Restart,

    /// <summary>A frame with that number came, and could not be read.</summary>
    Unreadable,

    /// <summary>The numbering started again: what lies between is known by time only.</summary>
    Renumbered,

    /// <summary>Nothing is known to be missing: somebody asked for the span to be fetched.</summary>
    Manual,

    /// <summary>Events of the span are damaged in the journal.</summary>
    Damaged,

    /// <summary>The time between the first subscription there was and the first frame: no number tells what came before it.</summary>
    Start,
}
