using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>How a destination stands, for health, metrics and the console. A snapshot.</summary>
/// <param name="Waiting">Accepted events that it has not settled yet.</param>
/// <param name="OldestWaitingSince">When the oldest of those in hand was received; null when nothing waits.</param>
/// <param name="Problem">A sentence with what to check; null while it is sent to.</param>
internal sealed record DispatcherStatus(string Destination, GateState State, DateTimeOffset? NextTry, long Waiting, DateTimeOffset? OldestWaitingSince, int InFlight, string? Problem)
{
    /// <summary>Who paused it, when and why; null where nobody has.</summary>
    public DestinationPause? Pause { get; init; }

    /// <summary>Of its secrets and certificates: no snapshot, they are as they are when they are asked.</summary>
    public DestinationLifetimes? Lifetimes { get; init; }

    /// <summary>Since when it has not been sent to freely: it is down, set up wrongly or asked for a pause; null while it is open.</summary>
    public DateTimeOffset? ClosedSince { get; init; }

    /// <summary>Requests in flight at most, at present.</summary>
    public int Concurrency { get; init; }

    /// <summary>When its rate limit lets the next request go; null where none waits for that.</summary>
    public DateTimeOffset? RateFreeAt { get; init; }

    /// <summary>Requests that may still go out in these 24 hours; null without such a limit.</summary>
    public long? LeftToday { get; init; }

    /// <summary>How long they last at the last hour's pace; null where they last.</summary>
    public TimeSpan? UsedUpIn { get; init; }
}
