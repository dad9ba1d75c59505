namespace Tieline.Service.Commands.Demo;

/// <summary>What one Tieline process says of itself, since it started.</summary>
internal sealed record TielineFigures(long Received, long Kept, long Gaps, long LastSequence, bool IsConnected);
