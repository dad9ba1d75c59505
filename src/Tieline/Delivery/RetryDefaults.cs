namespace Tieline.Delivery;

/// <summary>Figures of the retry rules that nobody has to set.</summary>
internal static class RetryDefaults
{
    /// <summary>Doublings beyond this would overflow, and no MaxDelay is that long.</summary>
    public const int MaxDoublings = 20;

    /// <summary>After a 429 that names no time: what the specification waits.</summary>
    public static readonly TimeSpan AfterThrottle = TimeSpan.FromSeconds(2);

    /// <summary>A destination that fails as a whole is probed after these, the last one over and over.</summary>
    public static readonly IReadOnlyList<TimeSpan> Probes = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5)];

    /// <summary>One that is set up wrongly waits for a person, not for a second.</summary>
    public static readonly TimeSpan MisconfiguredProbe = TimeSpan.FromMinutes(1);

    /// <summary>So many conversations, with nothing that succeeded between them, must be answered 401, 403, 404 or 410 before that is beyond doubt: with fewer, or as many such answers to one alone,
    /// the destination is paused, and the next one that has not been answered so may try at once.</summary>
    public const int Accusers = 3;

    /// <summary>Connections that fail in a row before the destination counts as down.</summary>
    public const int ConnectFailures = 5;

    /// <summary>Failures in a row, of several conversations and however far apart, before the destination counts as down: where little goes out, <see cref="MinAttempts"/> is never reached.</summary>
    public const int FailuresInRow = 5;

    /// <summary>Attempts in <see cref="Window"/> before a share of failures says anything.</summary>
    public const int MinAttempts = 10;

    /// <summary>At this share of failures the destination counts as down.</summary>
    public const double FailureShare = 0.5;

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    /// <summary>A hold does not lower concurrency below this, if as many are configured.</summary>
    public const int MinConcurrency = 8;
}
