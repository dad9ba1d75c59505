namespace Tieline.Genesys;

/// <summary>What one attempt to have a channel listened to came to.</summary>
internal abstract record LinkOutcome
{
    private LinkOutcome()
    {
    }

    public sealed record Opened(ChannelLink Link) : LinkOutcome;

    /// <summary>The channel is no more: another is to be made, at once.</summary>
    public sealed record ChannelLost(string Reason) : LinkOutcome;

    /// <summary>Genesys refuses the channel or its topics as a whole.</summary>
    /// <param name="Reason">What to check.</param>
    public sealed record Refused(string Reason) : LinkOutcome;

    public sealed record Failed(ConnectOutcome Failure) : LinkOutcome;

    /// <summary>What failed, as a policy judges it. Not of <see cref="Opened"/>.</summary>
    public ConnectOutcome AsFailure() => this switch
    {
        Failed failed => failed.Failure,
        Refused refused => new ConnectOutcome.Failed("refused", refused.Reason, null, HadToken: true),
        ChannelLost lost => new ConnectOutcome.Failed("channel_lost", lost.Reason, null, HadToken: true),
        _ => throw new InvalidOperationException($"{GetType().Name} is no failure"),
    };
}
