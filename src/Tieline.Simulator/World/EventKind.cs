using System.Text;

namespace Tieline.Simulator.World;

/// <summary>A type and the state that goes with it. One byte, because the ledger keeps one for each event.</summary>
internal enum EventKind : byte
{
    Active,
    Queued,
    Waiting,
    Wrapup,
    Completed,
    Abandoned,
    Transfer,
    RoutingQueue,
    Talk,
    Hold,
    Unknown,
    Malformed,
}

internal static class EventKinds
{
    private static readonly EventKindText[] All =
    [
        new("conversation.state", "active", ConversationState.Active),
        new("conversation.state", "queued", ConversationState.Queued),
        new("conversation.state", "waiting", ConversationState.Waiting),
        new("conversation.state", "wrapup", ConversationState.Wrapup),
        new("conversation.state", "completed", ConversationState.Completed, Passes: true),
        new("conversation.state", "abandoned", ConversationState.Abandoned, Passes: true),
        new("conversation.state", "transfer", ConversationState.Transfer, Passes: true),
        new("routing.queue", "queued", ConversationState.Queued, Passes: true),
        new("conversation.talk", "active", ConversationState.None),
        new("conversation.hold", "active", ConversationState.None),
        new("conversation.sentiment", null, ConversationState.None),
        new("simulator.malformed", null, ConversationState.None),
    ];

    public static EventKindText Of(EventKind kind) => All[(int)kind];
}

/// <param name="Type">As on the wire.</param>
/// <param name="State">As on the wire; null: the member is left out.</param>
/// <param name="After">The state the conversation is in after it; <see cref="ConversationState.None"/>: the one it was in.</param>
/// <param name="Passes">Whether it is one of the "critical" events: completed, abandoned, transfer, or any routing.queue.</param>
internal sealed record EventKindText(string Type, string? State, ConversationState After, bool Passes = false)
{
    /// <summary>The bytes between the sequence and the conversation id.</summary>
    public byte[] Middle { get; } = Encoding.UTF8.GetBytes(
        State is null ? $",\"type\":\"{Type}\",\"conversationId\":\"" : $",\"type\":\"{Type}\",\"state\":\"{State}\",\"conversationId\":\"");
}
