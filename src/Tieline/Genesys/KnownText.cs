using System.Text;
using Tieline.Events;

namespace Tieline.Genesys;

/// <summary>Strings for UTF-8 text, without a new one for the few words that nearly every event repeats.</summary>
internal static class KnownText
{
    /// <param name="utf8">Valid UTF-8.</param>
    public static string Of(ReadOnlySpan<byte> utf8) => utf8.Length switch
    {
        0 => "",
        3 when utf8.SequenceEqual("acd"u8) => "acd",
        5 when utf8.SequenceEqual("agent"u8) => "agent",
        5 when utf8.SequenceEqual("voice"u8) => "voice",
        5 when utf8.SequenceEqual("email"u8) => "email",
        6 when utf8.SequenceEqual("queued"u8) => EventKinds.Queued,
        7 when utf8.SequenceEqual("webChat"u8) => "webChat",
        8 when utf8.SequenceEqual("customer"u8) => "customer",
        8 when utf8.SequenceEqual("transfer"u8) => EventKinds.Transfer,
        9 when utf8.SequenceEqual("completed"u8) => EventKinds.Completed,
        9 when utf8.SequenceEqual("abandoned"u8) => EventKinds.Abandoned,
        13 when utf8.SequenceEqual("routing.queue"u8) => EventKinds.RoutingQueue,
        18 when utf8.SequenceEqual("conversation.state"u8) => EventKinds.ConversationState,
        _ => Encoding.UTF8.GetString(utf8),
    };
}
