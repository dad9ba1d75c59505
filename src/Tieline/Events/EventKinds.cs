namespace Tieline.Events;

/// <summary>Genesys's own names for the types and states that Tieline treats specially. Both sets are open: others pass through.</summary>
internal static class EventKinds
{
    public const string ConversationState = "conversation.state";
    public const string RoutingQueue = "routing.queue";
    public const string Queued = "queued";
    public const string Completed = "completed";
    public const string Abandoned = "abandoned";
    public const string Transfer = "transfer";

    /// <summary>Whether this ends an episode of the conversation: it happens once in each, so that the first one's id has no time.</summary>
    public static bool IsTerminal(string type, string? state) => type == ConversationState && state is Completed or Abandoned;
}
