namespace Tieline.Forwarding;

/// <summary>The batch is not known to have arrived: it stays, and is tried again. The message says why, for an operator, and holds no line and no secret.</summary>
internal sealed class ForwardException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the receiver asked to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
