namespace Tieline.Forwarding;

/// <summary>Where forwarding stands.</summary>
/// <param name="Waiting">Facts whose lines have not been taken.</param>
/// <param name="OldestWaiting">When the oldest of them became true; null where none waits. Of lines that cannot be read: since when that is so.</param>
/// <param name="LastSuccess">When the receiver last took lines; null before that, in this process.</param>
/// <param name="Problem">Why lines are not taken; null while they are.</param>
internal sealed record ForwardStatus(long Waiting, DateTimeOffset? OldestWaiting, DateTimeOffset? LastSuccess, string? Problem);
