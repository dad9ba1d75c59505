namespace Tieline.Service.Commands.Demo;

/// <summary>A line of the receiver's records: an id, where it stands in the order of first arrivals, and how often it came.</summary>
/// <param name="Origin">As Tieline's header says: <c>backfill</c>, or <c>live</c> where there is none.</param>
internal sealed record ReceivedRow(string Id, string ConversationId, string Type, string? State, DateTimeOffset Timestamp, int Copies, string Origin)
{
    /// <summary>Whether Tieline had it of the details API.</summary>
    public bool IsFetched => Origin == "backfill";
}
