namespace Tieline.Http;

/// <summary>Who was asked.</summary>
internal enum Asked
{
    /// <summary>The CRM, with an event or a batch.</summary>
    Destination,

    /// <summary>Where a destination's OAuth tokens are given.</summary>
    DestinationToken,

    /// <summary>Genesys's token endpoint.</summary>
    GenesysToken,

    /// <summary>Genesys's conversation details.</summary>
    GenesysDetails,

    /// <summary>Genesys's notification channels and queues.</summary>
    GenesysChannels,

    /// <summary>The handshake of the analytics stream.</summary>
    StreamHandshake,

    /// <summary>The handshake of a notification channel.</summary>
    ChannelHandshake,
}
