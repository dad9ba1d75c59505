using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Tieline.Diagnostics;
using Tieline.Events;

namespace Tieline.Genesys;

/// <summary>Makes the event of a frame that the filter keeps. Pure. Of a participant only id, role and identity are read: nothing else ever becomes a string.</summary>
internal static class EventReader
{
    /// <param name="frame">The whole frame; its hash is taken over these very bytes.</param>
    /// <param name="skim">What <see cref="EventSkimmer"/> found in that frame, without a fault.</param>
    /// <param name="fault">Why it is no event after all; <see cref="FrameFault.None"/> where it is one.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> frame,
        in EventSkim skim,
        Moment received,
        EventOrigin origin,
        [NotNullWhen(true)] out ConversationEvent? read,
        out FrameFault fault)
    {
        read = null;
        fault = TryReadDetails(frame, out var details);
        if (fault != FrameFault.None)
            return false;
        if (!EventTime.TryParse(skim.Timestamp, out var occurredAt) || !EventTime.IsPlausible(occurredAt, received.Latest))
        {
            fault = FrameFault.BadTimestamp;
            return false;
        }

        var conversationId = Encoding.UTF8.GetString(skim.ConversationId);
        var type = KnownText.Of(skim.Type);
        var state = skim.State.IsEmpty ? (type == EventKinds.RoutingQueue ? EventKinds.Queued : null) : KnownText.Of(skim.State);
        read = new ConversationEvent(
            EventId.Of(conversationId, type, state, occurredAt),
            conversationId,
            type,
            state,
            occurredAt,
            details.MediaType,
            details.QueueId,
            details.Participants ?? [],
            skim.Sequence,
            origin,
            received.System,
            HashOf(frame));
        return true;
    }

    private static ulong HashOf(ReadOnlySpan<byte> frame)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(frame, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    private static FrameFault TryReadDetails(ReadOnlySpan<byte> frame, out Details details)
    {
        details = default;
        if (!Utf8.IsValid(frame))
            return FrameFault.NotJson;
        try
        {
            var reader = new Utf8JsonReader(frame);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return FrameFault.NotAnObject;
            var fault = ReadMembers(ref reader, ref details);
            while (fault == FrameFault.None && reader.Read())
                continue; // nothing may follow the object: the reader throws if something does
            return fault;
        }
        catch (JsonException)
        {
            return FrameFault.NotJson;
        }
        catch (InvalidOperationException)
        {
            return FrameFault.NotJson; // an escape that is no character
        }
    }

    private static FrameFault ReadMembers(ref Utf8JsonReader reader, ref Details details)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!details.HasParticipants && reader.ValueTextEquals("participants"u8))
            {
                details.HasParticipants = true;
                if (!TryReadParticipants(ref reader, out details.Participants))
                    return FrameFault.WrongType;
            }
            else if (!details.HasMediaType && reader.ValueTextEquals("mediaType"u8))
            {
                details.HasMediaType = true;
                details.MediaType = ReadText(ref reader);
            }
            else if (!details.HasQueueId && reader.ValueTextEquals("queueId"u8))
            {
                details.HasQueueId = true;
                details.QueueId = ReadText(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return FrameFault.None;
    }

    private static bool TryReadParticipants(ref Utf8JsonReader reader, out List<Participant>? participants)
    {
        participants = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return reader.TokenType == JsonTokenType.Null;
        participants = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return false;
            participants.Add(ReadParticipant(ref reader));
        }

        return true;
    }

    private static Participant ReadParticipant(ref Utf8JsonReader reader)
    {
        string? id = null, role = null, identity = null;
        bool hasId = false, hasRole = false, hasIdentity = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!hasId && reader.ValueTextEquals("id"u8))
            {
                hasId = true;
                id = ReadText(ref reader);
            }
            else if (!hasRole && reader.ValueTextEquals("role"u8))
            {
                hasRole = true;
                role = ReadText(ref reader);
            }
            else if (!hasIdentity && reader.ValueTextEquals("identity"u8))
            {
                hasIdentity = true;
                identity = ReadText(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return new Participant(id, role, identity);
    }

    /// <summary>A member's text; null where it is none. What is no string here is an unknown form of an optional member, and no reason to lose the event.</summary>
    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.ValueIsEscaped ? reader.GetString() : KnownText.Of(reader.ValueSpan);
        reader.Skip();
        return null;
    }

    private struct Details
    {
        public List<Participant>? Participants;
        public string? MediaType;
        public string? QueueId;
        public bool HasParticipants;
        public bool HasMediaType;
        public bool HasQueueId;
    }
}
