using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>Reads single members, by name, without making a string of what is compared or parsed only.</summary>
internal static class SnapshotJson
{
    /// <summary>Whether the member is there and not null.</summary>
    public static bool Has(JsonElement parent, ReadOnlySpan<byte> name) => parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A member's text; null where it is none.</summary>
    public static string? Text(JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>An id that stands as <c>{"queue":{"id":"…"}}</c>.</summary>
    public static string? IdOf(JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? Text(value, "id"u8) : null;

    public static bool IsTrue(JsonElement parent, ReadOnlySpan<byte> name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A member's time; null where it is missing or cannot be read.</summary>
    public static DateTimeOffset? Time(JsonElement parent, ReadOnlySpan<byte> name) => EventTime.TryParse(Raw(parent, name), out var time) ? time : null;

    /// <summary>A whole number that is not negative; null for anything else.</summary>
    public static long? Number(JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0 ? number : null;

    /// <summary>A member's text as it stands in the frame, to be compared; empty where it is none.</summary>
    public static ReadOnlySpan<byte> Raw(JsonElement parent, ReadOnlySpan<byte> name) => parent.TryGetProperty(name, out var value) ? Raw(value) : default;

    public static ReadOnlySpan<byte> Raw(JsonElement value) => value.ValueKind == JsonValueKind.String ? JsonMarshal.GetRawUtf8Value(value)[1..^1] : default;

    /// <summary>The same word, whatever its case: REST writes some enums in capitals.</summary>
    public static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(text, word);
}
