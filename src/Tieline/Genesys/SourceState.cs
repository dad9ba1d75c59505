namespace Tieline.Genesys;

/// <summary>What a source is doing.</summary>
internal enum SourceState
{
    Starting,
    Connecting,
    Connected,

    /// <summary>Connected, and nothing has been heard for longer than a Genesys that lives would leave it at (<see cref="SilenceLimits"/>). The connection is replaced by itself.</summary>
    Silent,

    /// <summary>Genesys refuses the client credentials: someone must look. Tried once a minute.</summary>
    TokenRefused,

    /// <summary>Genesys refuses the stream to fresh tokens: someone must look. Tried once a minute.</summary>
    HandshakeRefused,

    /// <summary>Genesys refuses a topic that was asked for by name, or every topic: someone must look. Tried again by itself.</summary>
    SubscriptionRefused,

    /// <summary>Waiting before the next attempt.</summary>
    BackingOff,

    Stopped,
}
