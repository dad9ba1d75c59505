namespace Tieline.Service.Commands.Demo;

/// <summary>What the demo needs of the simulator's status.</summary>
/// <param name="Subscribed">Open sockets that are sent events.</param>
/// <param name="LastSubscribe">The last subscribe message, verbatim.</param>
/// <param name="ChannelSockets">Open sockets of notification channels.</param>
internal sealed record SimulatorFigures(long LastSequence, int Subscribed, string? LastSubscribe, int ChannelSockets = 0);
