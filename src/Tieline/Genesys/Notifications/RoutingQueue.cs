namespace Tieline.Genesys;

/// <summary>A queue, as Genesys lists it.</summary>
internal sealed record RoutingQueue(string Id, string Name);
