namespace Tieline.Events;

/// <summary>How an event reached Tieline. The numbers are stored: they never change.</summary>
internal enum EventOrigin
{
    /// <summary>Over the socket.</summary>
    Live = 0,

    /// <summary>Fetched over REST for a gap.</summary>
    Backfill = 1,

    /// <summary>By a person's command.</summary>
    Manual = 2,
}
