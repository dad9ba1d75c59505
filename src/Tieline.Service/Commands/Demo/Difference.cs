namespace Tieline.Service.Commands.Demo;

/// <summary>An id about which the two ends do not agree.</summary>
/// <param name="Sequence">Null where the simulator knows no such event.</param>
internal sealed record Difference(string Id, long? Sequence, string? ConversationId, string What);
