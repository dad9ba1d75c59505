namespace Tieline.Backfill;

/// <summary>Where a confirmed gap stands. Stored by name, in lower case: names never change.</summary>
internal enum GapState
{
    /// <summary>Known, and not answered since it was found or found to be bigger.</summary>
    Open,

    /// <summary>Asked for; more may still come.</summary>
    Filling,

    /// <summary>An answer that was asked for late enough brought nothing new, or all its numbers came by themselves.</summary>
    Filled,

    /// <summary>It could not be closed in time. Listed for ever.</summary>
    Abandoned,

    /// <summary>So few are missing that they are not fetched (<c>Gaps:Tolerance</c>).</summary>
    Tolerated,
}
