namespace Tieline.Genesys;

/// <summary>What a REST call is for: which part of <see cref="RestBudget"/> it may take.</summary>
internal enum CallPurpose
{
    /// <summary>Getting back on the stream. May take all there is.</summary>
    Reconnect,

    /// <summary>Reading what was missed. Paced, and leaves a part for <see cref="Reconnect"/>.</summary>
    Backfill,
}
