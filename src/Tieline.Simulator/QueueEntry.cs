namespace Tieline.Simulator;

/// <summary>A queue as the API lists it.</summary>
/// <param name="Id">A UUID.</param>
/// <param name="Name">Its name.</param>
public sealed record QueueEntry(string Id, string Name);
