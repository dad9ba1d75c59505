namespace Tieline.Service.Commands.Demo;

/// <summary>A line of the receiver's records: an id, where it stands in the order of first arrivals, and how often it came.</summary>
internal sealed record ReceivedRow(string Id, string ConversationId, string Type, string? State, DateTimeOffset Timestamp, int Copies, string Origin);
