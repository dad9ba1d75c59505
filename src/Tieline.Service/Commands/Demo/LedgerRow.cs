namespace Tieline.Service.Commands.Demo;

/// <summary>A line of the simulator's ledger: an event as the simulator numbered it.</summary>
/// <param name="Id">Null for a frame that was spoilt on purpose.</param>
/// <param name="Passes">Whether the default filter keeps it.</param>
/// <param name="Written">Whether a socket took it.</param>
/// <param name="WrittenAt">When.</param>
internal sealed record LedgerRow(
    long Sequence, string? Id, string Type, string? State, string? ConversationId, DateTimeOffset Timestamp, bool Passes, bool Written, DateTimeOffset? WrittenAt = null);
