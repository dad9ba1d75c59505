namespace CrmReceiver;

/// <summary>What is remembered of a delivery, one per id.</summary>
internal sealed class DeliveryRecord(Delivery delivery, DateTimeOffset receivedAt)
{
    public string Id { get; } = delivery.Id;

    public string ConversationId { get; } = delivery.ConversationId;

    public string Type { get; } = delivery.Type;

    public string? State { get; } = delivery.State;

    public DateTimeOffset Timestamp { get; } = delivery.Timestamp;

    /// <summary>When the first copy came.</summary>
    public DateTimeOffset ReceivedAt { get; } = receivedAt;

    /// <summary>How often this id came: 1 for once.</summary>
    public int Copies { get; set; } = 1;

    public string Origin { get; } = delivery.Origin;
}
