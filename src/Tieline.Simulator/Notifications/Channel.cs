using Tieline.Simulator.Streams;

namespace Tieline.Simulator.Notifications;

/// <summary>One channel: who made it, how long it lives, what it listens to and where it is heard. Guarded by its desk's lock.</summary>
internal sealed class Channel(string id, IssuedToken token, DateTimeOffset expires)
{
    public string Id => id;

    public IssuedToken Token => token;

    public DateTimeOffset Expires { get; set; } = expires;

    /// <summary>In the order in which they were asked for.</summary>
    public List<Topic> Topics { get; } = [];

    public StreamSocket? Socket { get; set; }

    public bool HasOpenSocket => Socket is { IsClosing: false, IsGone: false };

    public DateTimeOffset NextHeartbeat { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>Whether the socket was told of the channel's end.</summary>
    public bool IsClosingTold { get; set; }

    /// <summary>When the socket is closed for maintenance; null: it is not.</summary>
    public DateTimeOffset? MaintenanceAt { get; set; }

    public override string ToString() => id;
}
