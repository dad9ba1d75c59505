using Tieline.Delivery;

namespace Tieline.Forwarding;

/// <summary>The forwarder's rhythm and bounds.</summary>
internal static class ForwardDefaults
{
    /// <summary>Lines in a batch at most: what may come twice after a crash.</summary>
    public const int BatchLines = 1_000;

    /// <summary>Bytes of lines in a batch at most, unless one line alone is longer.</summary>
    public const int BatchBytes = 1024 * 1024;

    /// <summary>For the connection and TLS.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>For a whole batch, its acknowledgement included.</summary>
    public static readonly TimeSpan BatchTimeout = TimeSpan.FromSeconds(60);

    /// <summary>What a receiver asks for in the way of a pause is heeded up to here.</summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromMinutes(10);

    /// <summary>At a stop: for the batch in hand and what the log still got.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    /// <summary>Behind by more than this is worth a note.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Between attempts while the receiver does not take lines.</summary>
    public static readonly RetryOptions Retry = new() { MinDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromMinutes(1) };
}
