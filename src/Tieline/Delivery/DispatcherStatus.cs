namespace Tieline.Delivery;

/// <summary>How a destination stands, for health, metrics and the console. A snapshot.</summary>
/// <param name="Waiting">Accepted events that it has not settled yet.</param>
/// <param name="OldestWaitingSince">When the oldest of those in hand was received; null when nothing waits.</param>
/// <param name="Problem">A sentence with what to check; null while it is sent to.</param>
internal sealed record DispatcherStatus(string Destination, GateState State, DateTimeOffset? NextTry, long Waiting, DateTimeOffset? OldestWaitingSince, int InFlight, string? Problem);
