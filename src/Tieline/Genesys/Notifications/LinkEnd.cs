using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>How a channel's socket ended.</summary>
/// <param name="LastLife">When its last frame came.</param>
/// <param name="Why">What that says about the channel.</param>
internal sealed record LinkEnd(SocketEnd Socket, MonotonicTime LastLife, LinkEndReason Why)
{
    /// <summary>Whether the other side closed it, or answered our close: it was alive to the end, and all that was sent before has been read.</summary>
    public bool IsClean => Socket.Code != CloseCodes.Abnormal && Why is LinkEndReason.Dropped or LinkEndReason.ChannelLost;
}

internal enum LinkEndReason
{
    /// <summary>The channel may still live.</summary>
    Dropped,

    /// <summary>The channel is no more, or will not have us.</summary>
    ChannelLost,

    /// <summary>Another channel has taken its place in the client's quota.</summary>
    Evicted,

    /// <summary>And its token is of no use.</summary>
    TokenRevoked,
}
