namespace Tieline.Genesys;

/// <summary>What one call of <see cref="ChannelClient"/> came to.</summary>
internal abstract record ChannelOutcome<T>
{
    private ChannelOutcome()
    {
    }

    public sealed record Ok(T Value) : ChannelOutcome<T>;

    /// <summary>404: the channel is no more.</summary>
    public sealed record Gone : ChannelOutcome<T>;

    /// <summary>The same call will never do: rights, configuration, or our mistake.</summary>
    /// <param name="Reason">One sentence that says what to check.</param>
    /// <param name="MissingPermission">What Genesys says the OAuth client's role lacks; null where it does not.</param>
    public sealed record Refused(string Reason, string? MissingPermission) : ChannelOutcome<T>;

    /// <summary>No token: Genesys does not accept the credentials.</summary>
    /// <param name="Reason">What to check.</param>
    public sealed record TokenRefused(string Reason) : ChannelOutcome<T>;

    /// <summary>No answer that means anything: network, time-out, 408, 429, 5xx, a body that cannot be read. Again, later.</summary>
    /// <param name="HadToken">Whether the token endpoint, at least, was content.</param>
    /// <param name="After">What the answer asked for.</param>
    public sealed record Retry(string Reason, TimeSpan? After, bool HadToken = true) : ChannelOutcome<T>;
}
