namespace Tieline.Genesys;

/// <summary><c>Genesys:Source</c>: which feed events come from.</summary>
internal enum GenesysSource
{
    /// <summary>The analytics event stream: one numbered stream of the whole org.</summary>
    AnalyticsStream,

    /// <summary>The Notifications API: snapshots of conversations over channels, by queue and user.</summary>
    Notifications,
}
