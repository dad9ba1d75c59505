namespace Tieline.Genesys;

/// <summary>The stream's time limits. Fixed in use; tests on real sockets shorten those that no fake clock reaches.</summary>
internal sealed record StreamTiming
{
    /// <summary>For TCP, TLS, the handshake and sending the subscription.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After so long without a byte a ping goes out, and .NET looks every quarter of it: after 10 s at the latest, so that its pong has 5 s until <see cref="SilenceLimits.Overdue"/>.
    /// With <see cref="KeepAliveTimeout"/> a silent socket is dropped after 28 to 32 s; 45 s are promised.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long its pong may take.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the other side may take to answer our close.</summary>
    public TimeSpan Close { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the old socket may take to catch up with a new one that has spoken.</summary>
    public TimeSpan CatchUp { get; init; } = TimeSpan.FromSeconds(5);
}
