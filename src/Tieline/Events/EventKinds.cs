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

    /// <summary>Whether this happens once per conversation, so that its time is no part of its id.</summary>
    public static bool IsTerminal(string type, string? state) => type == ConversationState && state is Completed or Abandoned;
}
