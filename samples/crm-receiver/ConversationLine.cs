namespace CrmReceiver;

/// <summary>A conversation as the page shows it: a copy, since the original goes on changing.</summary>
internal sealed record ConversationLine(string Id, string Type, string? State, DateTimeOffset Timestamp, int Deliveries)
{
    public static ConversationLine Of(Conversation c) => new(c.Id, c.Type, c.State, c.Timestamp, c.Deliveries);
}
