using System.Text.Json;
using Tieline.Events;

namespace Tieline.Genesys;

/// <summary>Reads from a frame's UTF-8 what the sequencer and the filter decide by, and nothing else. Pure; allocates only where a value is escaped.</summary>
/// <remarks>It stops behind the last of its five members, so the tail of a frame that the filter drops is never looked at. The first occurrence of a member
/// wins, and one that is null counts as absent. Where something is wrong, <see cref="EventSkim.Sequence"/> is still set if it could be read: its number is
/// not missing then, only its event.</remarks>
internal static class EventSkimmer
{
    /// <returns>Never throws, whatever the bytes.</returns>
    public static EventSkim Skim(ReadOnlySpan<byte> frame)
    {
        var found = default(Members);
        try
        {
            var reader = new Utf8JsonReader(frame);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                return new EventSkim { Fault = FrameFault.NotAnObject };
            while (found.Seen != Member.All && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var member = NameOf(in reader);
                reader.Read();
                if (member == Member.None || (found.Seen & member) != Member.None)
                    reader.Skip();
                else
                    found.Take(member, ref reader);
            }

            return found.ToSkim(found.Judge());
        }
        catch (JsonException)
        {
            return found.ToSkim(FrameFault.NotJson);
        }
        catch (InvalidOperationException)
        {
            return found.ToSkim(FrameFault.NotJson); // an escape or a byte sequence that is no character
        }
    }

    private static Member NameOf(in Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
            return NameOfEscaped(in reader);
        var name = reader.ValueSpan;
        return name.Length switch
        {
            4 when name.SequenceEqual("type"u8) => Member.Type,
            5 when name.SequenceEqual("state"u8) => Member.State,
            8 when name.SequenceEqual("sequence"u8) => Member.Sequence,
            9 when name.SequenceEqual("timestamp"u8) => Member.Timestamp,
            14 when name.SequenceEqual("conversationId"u8) => Member.ConversationId,
            _ => Member.None,
        };
    }

    private static Member NameOfEscaped(in Utf8JsonReader reader) =>
        reader.ValueTextEquals("type"u8) ? Member.Type
        : reader.ValueTextEquals("state"u8) ? Member.State
        : reader.ValueTextEquals("sequence"u8) ? Member.Sequence
        : reader.ValueTextEquals("timestamp"u8) ? Member.Timestamp
        : reader.ValueTextEquals("conversationId"u8) ? Member.ConversationId
        : Member.None;

    [Flags]
    private enum Member
    {
        None = 0,
        Sequence = 1,
        Type = 2,
        State = 4,
        ConversationId = 8,
        Timestamp = 16,
        All = 31,
    }

    private ref struct Members
    {
        private long? _sequence;
        private ReadOnlySpan<byte> _type;
        private ReadOnlySpan<byte> _state;
        private ReadOnlySpan<byte> _conversationId;
        private ReadOnlySpan<byte> _timestamp;
        private Member _wrong;

        /// <summary>Those whose name has come, whatever the value.</summary>
        public Member Seen { get; private set; }

        /// <summary>Notes one member's value; the reader stands on its first token and is left on its last.</summary>
        public void Take(Member member, ref Utf8JsonReader reader)
        {
            Seen |= member;
            switch (reader.TokenType)
            {
                case JsonTokenType.String when member != Member.Sequence:
                    Set(member, reader.ValueIsEscaped ? Unescape(in reader) : reader.ValueSpan);
                    break;
                case JsonTokenType.Number when member == Member.Sequence && reader.TryGetInt64(out var sequence) && sequence >= 0:
                    _sequence = sequence;
                    break;
                case JsonTokenType.Null:
                    break;
                default:
                    _wrong |= member;
                    reader.Skip();
                    break;
            }
        }

        /// <summary>What is wrong with a frame that is sound JSON as far as it was read.</summary>
        public readonly FrameFault Judge()
        {
            var hasSequence = _sequence is not null || (_wrong & Member.Sequence) != Member.None;
            var hasType = !_type.IsEmpty || (_wrong & Member.Type) != Member.None;
            if (!hasSequence && !hasType)
                return FrameFault.Control;
            if (_wrong != Member.None)
                return FrameFault.WrongType;
            if (!hasSequence)
                return FrameFault.NoSequence;
            if (!hasType)
                return FrameFault.NoType;
            return _conversationId.IsEmpty ? FrameFault.NoConversation : FrameFault.None;
        }

        public readonly EventSkim ToSkim(FrameFault fault) => new()
        {
            Fault = fault,
            Sequence = _sequence,
            Type = _type,
            State = _state,
            ConversationId = _conversationId,
            Timestamp = _timestamp,
        };

        private void Set(Member member, ReadOnlySpan<byte> value)
        {
            switch (member)
            {
                case Member.Type:
                    _type = value;
                    break;
                case Member.State:
                    _state = value;
                    break;
                case Member.ConversationId:
                    _conversationId = value;
                    break;
                default:
                    _timestamp = value;
                    break;
            }
        }

        private static byte[] Unescape(in Utf8JsonReader reader)
        {
            var text = new byte[reader.ValueSpan.Length];
            return text[..reader.CopyString(text)];
        }
    }
}
