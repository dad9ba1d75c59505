namespace CrmReceiver;

/// <summary>A line of <c>GET /records</c>; its times are UTC and end in <c>Z</c>.</summary>
internal sealed record RecordLine(
    string Id, string ConversationId, string Type, string? State, DateTime Timestamp, DateTime ReceivedAt, int Copies, string Origin)
{
    public static RecordLine Of(DeliveryRecord r) => new(r.Id, r.ConversationId, r.Type, r.State, r.Timestamp.UtcDateTime, r.ReceivedAt.UtcDateTime, r.Copies, r.Origin);
}
