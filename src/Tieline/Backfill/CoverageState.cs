namespace Tieline.Backfill;

/// <summary>What is known of a span of time. From good to bad.</summary>
internal enum CoverageState
{
    /// <summary>The stream was there, and no number is missing.</summary>
    Covered,

    /// <summary>Something was missed, and has been fetched.</summary>
    Backfilled,

    /// <summary>Something was missed, and is being fetched.</summary>
    Backfilling,

    /// <summary>What happened then is not known, and is not being fetched.</summary>
    Uncovered,
}
