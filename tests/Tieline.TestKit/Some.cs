using System.Globalization;
using System.Text;
using Tieline.Events;
using Tieline.Filtering;

namespace Tieline.TestKit;

/// <summary>Events and frames that show only what matters to a test.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Time = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    public static ConversationEvent Event(
        long? sequence = 1,
        string conversation = "c1",
        string type = EventKinds.RoutingQueue,
        string? state = EventKinds.Queued,
        TimeSpan at = default,
        string? identity = "user-7f21",
        EventOrigin origin = EventOrigin.Live) =>
        new(
            EventId.Of(conversation, type, state, Time + at), conversation, type, state, Time + at, "voice", "q1", [new Participant("p1", "customer", identity)], sequence, origin, Time + at, 0x0123456789abcdef);

    /// <summary>The policy of fields, with the short ids of tests (<c>c1</c>, <c>p2</c>) among its prefixes.</summary>
    public static IdentityRedactor Redactor() => new(IdentityMode.Structural, "key"u8.ToArray(), [.. IdShape.DefaultPrefixes, .. "abcdefghijklmnopqrstuvwxyz".Select(letter => letter.ToString())]);

    public static RedactedEvent Redacted(long? sequence = 1, string conversation = "c1", TimeSpan at = default) => new(Event(sequence, conversation, at: at));

    public static byte[] Frame(long sequence, string conversation = "c1", string type = "conversation.state", string? state = "completed", TimeSpan at = default) => Encoding.UTF8.GetBytes(
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"sequence":{{sequence}},"type":"{{type}}",{{(state is null ? "" : $"\"state\":\"{state}\",")}}"conversationId":"{{conversation}}","timestamp":"{{EventTime.ToText(Time + at)}}","participants":[{"id":"p1","role":"customer","identity":"user-7f21","name":"Dana Example"}]}"""));
}
