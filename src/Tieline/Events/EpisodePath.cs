namespace Tieline.Events;

/// <summary>The way by which Tieline learned of an event, as far as that says how its times go with those of others.</summary>
internal enum EpisodePath
{
    /// <summary>Of a details record.</summary>
    Fetched,

    /// <summary>Of snapshots, which have no numbers: the same end may be told twice, under two times.</summary>
    Snapshot,

    /// <summary>Of the stream, which numbers its events: two times are two events.</summary>
    Stream,
}
