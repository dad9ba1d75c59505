namespace Tieline.Genesys;

/// <summary>How long a Genesys that lives may go unheard. Both kinds of connection make a quiet one speak, so beyond that it does not answer, however quiet the contact centre is.</summary>
/// <param name="Overdue">From here on that is said, and a second connection is opened beside the silent one.</param>
/// <param name="Replaced">By then the connection has been given up for a new one.</param>
internal sealed record SilenceLimits(TimeSpan Overdue, TimeSpan Replaced)
{
    /// <summary>The ping has gone out after 10 s at the latest (<see cref="StreamTiming.KeepAliveInterval"/>): its pong has had 5 s.</summary>
    public static SilenceLimits Stream { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(45));

    /// <summary>.NET pings here too, and who does not answer that is asked by a message.</summary>
    public static SilenceLimits Channels { get; } = new(ChannelTiming.ByteSilence + ChannelTiming.Byte, ChannelTiming.GiveUp);

    public static SilenceLimits Of(GenesysSource source) => source == GenesysSource.Notifications ? Channels : Stream;
}
