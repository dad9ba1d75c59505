namespace Tieline.Genesys;

/// <summary>What one attempt to open and subscribe a socket came to.</summary>
internal abstract record ConnectOutcome
{
    private ConnectOutcome()
    {
    }

    public sealed record Opened(StreamSocket Socket) : ConnectOutcome;

    /// <summary>No token: Genesys does not accept the credentials.</summary>
    /// <param name="Reason">What to check.</param>
    public sealed record TokenRefused(string Reason) : ConnectOutcome;

    /// <summary>401 or 403 to the handshake. The token is no longer cached.</summary>
    /// <param name="Fresh">Whether the token was made for this very attempt. An older one may just have died, which says nothing about the client's rights.</param>
    public sealed record HandshakeRefused(int Status, bool Fresh) : ConnectOutcome;

    /// <summary>All else: again, later.</summary>
    /// <param name="ErrorType">The metric's <c>error.type</c>, from a closed set.</param>
    /// <param name="HadToken">Whether the token endpoint, at least, was content.</param>
    public sealed record Failed(string ErrorType, string Reason, TimeSpan? RetryAfter, bool HadToken) : ConnectOutcome;
}
