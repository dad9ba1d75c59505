namespace CrmReceiver;

/// <summary>The CRM's own object: one per conversation, holding its newest state.</summary>
internal sealed class Conversation(string id)
{
    public string Id { get; } = id;

    public string Type { get; private set; } = "";

    public string? State { get; private set; }

    public DateTimeOffset Timestamp { get; private set; }

    /// <summary>Deliveries about it, those that came late included.</summary>
    public int Deliveries { get; private set; }

    /// <summary>The number of the last arrival that touched it.</summary>
    public long Version { get; private set; }

    /// <summary>Newest state wins by when it happened, not by when it came: a backfilled event may tell of the past. Of two at the same
    /// instant the later arrival wins, since Tieline keeps the order within a conversation.</summary>
    public void Apply(Delivery delivery, long version)
    {
        Deliveries++;
        Version = version;
        if (delivery.Timestamp < Timestamp)
            return;
        (Type, State, Timestamp) = (delivery.Type, delivery.State, delivery.Timestamp);
    }
}
