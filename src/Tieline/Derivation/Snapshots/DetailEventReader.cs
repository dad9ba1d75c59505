using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Tieline.Diagnostics;
using Tieline.Events;
using static Tieline.Derivation.SnapshotJson;

namespace Tieline.Derivation;

/// <summary>Reads a detail event (<c>v2.detail.events.conversation.{id}.acd.start</c>, …) as a snapshot of the one leg it tells of. No other member becomes a string than <see cref="SnapshotReader"/>'s.</summary>
internal static class DetailEventReader
{
    public const string TopicPrefix = "v2.detail.events.conversation.";

    /// <param name="fault">Why it is none, without its content; null where it is one. An event that tells nothing of a leg (<c>attributes</c>, one not known) is one, without legs.</param>
    public static bool TryRead(string topicName, JsonElement eventBody, [NotNullWhen(true)] out ConversationSnapshot? snapshot, [NotNullWhen(false)] out string? fault)
    {
        snapshot = null;
        try
        {
            fault = Read(topicName, eventBody, out snapshot);
        }
        catch (InvalidOperationException)
        {
            fault = "an escape that is no character";
        }

        return fault is null && snapshot is not null;
    }

    private static string? Read(string topicName, JsonElement body, out ConversationSnapshot? snapshot)
    {
        snapshot = null;
        if (!topicName.StartsWith(TopicPrefix, StringComparison.OrdinalIgnoreCase))
            return "not a topic of detail events";
        if (body.ValueKind != JsonValueKind.Object)
            return "not an object";
        if (Text(body, "conversationId"u8) is not { } id)
            return "no conversationId";
        if (TimeOf(body) is not { } time)
            return "no eventTime";
        var rest = topicName.AsSpan(TopicPrefix.Length);
        var what = rest[(rest.IndexOf('.') + 1)..].ToString().ToLowerInvariant();
        SnapshotLeg[] legs = ReadLeg(what, body, time) is { } leg ? [leg] : [];
        if (!SnapshotTimes.IsPossible(time))
            return SnapshotTimes.Fault;
        snapshot = new ConversationSnapshot(id, legs, null, IsPartial: true, SnapshotHash.Of(legs, null));
        return null;
    }

    private static SnapshotLeg? ReadLeg(string what, JsonElement body, DateTimeOffset time)
    {
        var leg = new SnapshotLeg
        {
            ParticipantId = Text(body, "participantId"u8),
            CommunicationId = Text(body, "sessionId"u8),
            ExternalContactId = Text(body, "externalContactId"u8),
            UserId = Text(body, "userId"u8),
            QueueId = Text(body, "queueId"u8),
            Media = Text(body, "mediaType"u8)?.ToLowerInvariant(),
        };
        if (leg.ParticipantId is null && leg.CommunicationId is null)
            return null;
        return what switch
        {
            "customer.start" => leg with { Purpose = "customer", QueueId = null, ConnectedAt = time, IsAnswered = true },
            "customer.end" => Ended(leg with { Purpose = "customer", QueueId = null, IsAnswered = true }, body, time, Span(body, "interactingDurationMs"u8)),
            "acd.start" => leg with { Purpose = "acd", ConnectedAt = time, IsAnswered = true },
            "acd.end" => Ended(leg with { Purpose = "acd", IsAnswered = true, UserId = null, Outcome = OutcomeOf(body) }, body, time, Span(body, "connectedDurationMs"u8)),
            // An IVR or a bot: which is not told, and no rule asks.
            "flow.start" => leg with { ConnectedAt = time, IsAnswered = true },
            "flow.end" => Ended(leg with { IsAnswered = true }, body, time, Span(body, "connectedDurationMs"u8)),

            // It is not told whether this is when the user's phone rings, or when they answer: what it came to is told at the end.
            "user.start" => leg with { Purpose = "agent", StartedAt = time },
            "user.end" => UserEnded(leg, body, time),
            "acw" or "wrapup" => WrappedUp(leg, body, time),
            _ => null,
        };
    }

    /// <param name="length">How long it lasted: its start may have been lost.</param>
    private static SnapshotLeg Ended(SnapshotLeg leg, JsonElement body, DateTimeOffset time, TimeSpan? length) => leg with
    {
        ConnectedAt = length is { } known ? time.Plus(-known) : null,
        EndedAt = time,
        IsEnded = true,
        End = LegEnds.Of(Text(body, "disconnectType"u8)),
    };

    private static SnapshotLeg UserEnded(SnapshotLeg leg, JsonElement body, DateTimeOffset time)
    {
        var talked = (Span(body, "interactingDurationMs"u8) ?? TimeSpan.Zero) + (Span(body, "heldDurationMs"u8) ?? TimeSpan.Zero);
        var worked = talked + (Span(body, "callbackDurationMs"u8) ?? TimeSpan.Zero);
        var isAnswered = worked > TimeSpan.Zero;
        return Ended(leg with { Purpose = "agent", IsAnswered = isAnswered }, body, time, isAnswered ? worked : null);
    }

    private static SnapshotLeg WrappedUp(SnapshotLeg leg, JsonElement body, DateTimeOffset time) => leg with
    {
        Purpose = "agent",
        WrapUp = WrapUp.Over,
        WrapUpStart = Span(body, "wrapupDurationMs"u8) is { } length ? time.Plus(-length) : null,
        WrapUpEnd = time,
    };

    private static QueueOutcome OutcomeOf(JsonElement body)
    {
        var outcome = Raw(body, "acdOutcome"u8);
        return Is(outcome, "ABANDON"u8) ? QueueOutcome.Abandoned : Is(outcome, "FLOW_OUT"u8) ? QueueOutcome.FlowedOut : QueueOutcome.Unknown;
    }

    private static TimeSpan? Span(JsonElement body, ReadOnlySpan<byte> name) => Number(body, name) is { } length and < int.MaxValue ? TimeSpan.FromMilliseconds(length) : null;

    private static DateTimeOffset? TimeOf(JsonElement body) =>
        Number(body, "eventTime"u8) is { } milliseconds && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
