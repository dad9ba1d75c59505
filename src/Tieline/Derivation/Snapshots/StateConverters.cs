using System.Text.Json;
using System.Text.Json.Serialization;
using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>How single values of a <see cref="ConversationState"/> are written.</summary>
internal static class StateConverters
{
    public sealed class Time : JsonConverter<DateTimeOffset>
    {
        private static readonly long _latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        private static readonly long _earliest = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();

        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            NumberOf(ref reader) is var time && time >= _earliest && time <= _latest ? DateTimeOffset.FromUnixTimeMilliseconds(time) : throw new JsonException("no time");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
    }

    public sealed class Span : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            NumberOf(ref reader) is >= 0 and < int.MaxValue and var span ? TimeSpan.FromMilliseconds(span) : throw new JsonException("no length of time");

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue((long)value.TotalMilliseconds);
    }

    public sealed class Id : JsonConverter<EventId>
    {
        public override EventId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            Span<byte> bytes = stackalloc byte[EventId.Size];
            if (reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var read) && read.Length == EventId.Size)
            {
                read.CopyTo(bytes);
                return EventId.Read(bytes);
            }

            throw new JsonException("no event id");
        }

        public override void Write(Utf8JsonWriter writer, EventId value, JsonSerializerOptions options)
        {
            Span<byte> bytes = stackalloc byte[EventId.Size];
            value.Write(bytes);
            writer.WriteBase64StringValue(bytes);
        }
    }

    private static long NumberOf(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : throw new JsonException("no whole number");
}
