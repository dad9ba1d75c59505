namespace Tieline.Service.Commands.Demo;

/// <summary>What one Tieline process says of itself, since it started.</summary>
/// <param name="Waiting">In the journal and not yet delivered, whoever journaled it; null while it does not know.</param>
internal sealed record TielineFigures(long Received, long Kept, long? Waiting, long Gaps, long LastSequence, bool IsConnected);
