namespace Tieline.Genesys;

/// <summary>The notification channels' time limits, with the reasons.</summary>
internal static class ChannelTiming
{
    /// <summary>A frame of a snapshot is some ten kilobytes; they grow with every participant and message. The platform's own clients stop here.</summary>
    public const int MaxFrame = 8 * 1024 * 1024;

    /// <summary>So many failures on one channel, and another is made.</summary>
    public const int FailuresBeforeNew = 3;

    /// <summary>Genesys sends a heartbeat every 30 s: after this much silence it is asked whether it is there.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(40);

    /// <summary>How long the answer may take, as a frame.</summary>
    public static readonly TimeSpan Pong = TimeSpan.FromSeconds(10);

    /// <summary>After so long without a byte it is asked sooner: .NET has pinged after 10 s at the latest, and the pong did not come at once.</summary>
    public static readonly TimeSpan ByteSilence = TimeSpan.FromSeconds(11);

    /// <summary>How long any byte may take then: after that a second channel is opened beside the silent one.</summary>
    public static readonly TimeSpan Byte = TimeSpan.FromSeconds(4);

    /// <summary>A socket over which no byte came for so long is given up, whether or not the second channel could be opened.</summary>
    public static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(45);

    /// <summary>.NET would drop a socket whose ping is unanswered for so long. A gateway that does not answer pings is no reason to: longer than any channel lives.</summary>
    public static readonly TimeSpan NetPong = TimeSpan.FromDays(2);

    /// <summary>How long a new socket may take to speak: it has been pinged, and a heartbeat comes in any case.</summary>
    public static readonly TimeSpan Speak = TimeSpan.FromSeconds(35);

    /// <summary>How long a socket that another has taken over from may take to be read to its end: what came over it and was not read yet, nobody else has.</summary>
    public static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    /// <summary>After an unannounced drop, at most this: many clients come back at once.</summary>
    public static readonly TimeSpan FirstJitter = TimeSpan.FromSeconds(1);

    /// <summary>Word that a channel's topics have changed is taken for that of our own change for this long.</summary>
    public static readonly TimeSpan OwnUpdate = TimeSpan.FromMinutes(1);
}
