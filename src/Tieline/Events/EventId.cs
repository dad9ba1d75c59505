using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tieline.Events;

/// <summary>Names one fact about one conversation; the same fact has the same id on every path.</summary>
/// <remarks>Shape: <c>evt_</c> and 32 lower-case hex digits. Exact bytes and test vectors: <c>docs/formats/event-id.md</c>. Sent as <c>webhook-id</c> and
/// <c>Idempotency-Key</c>, so that the CRM can drop what it has seen after a reconnect, a backfill or a crash.</remarks>
internal readonly record struct EventId(UInt128 Value)
{
    /// <summary>Bytes of the stored form.</summary>
    public const int Size = 16;

    private const string Prefix = "evt_";

    /// <summary>Ends the text of version 2. The text of version 1 ends with a digit or a line feed, so no two ids of both are made from one text.</summary>
    private const string EpisodeMark = "\nepisode";

    /// <summary>Version 1: of every event, and of the first end of a conversation.</summary>
    /// <param name="state">Already normalised: a stateless <c>routing.queue</c> says <c>queued</c>.</param>
    /// <param name="occurredAt">When it happened; left out for the two states that end a conversation.</param>
    public static EventId Of(string conversationId, string type, string? state, DateTimeOffset occurredAt) =>
        Hash(conversationId, type, state, EventKinds.IsTerminal(type, state) ? "" : Milliseconds(occurredAt));

    /// <summary>Version 2: of an end of a conversation that ended in this state before.</summary>
    /// <param name="occurredAt">When this end happened, as the path dates it that brought it first.</param>
    public static EventId OfEpisode(string conversationId, string type, string? state, DateTimeOffset occurredAt) =>
        Hash(conversationId, type, state, Milliseconds(occurredAt) + EpisodeMark);

    private static string Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static EventId Hash(string conversationId, string type, string? state, string time)
    {
        var length = Encoding.UTF8.GetMaxByteCount(conversationId.Length + type.Length + (state?.Length ?? 0) + time.Length + 3);
        Span<byte> text = length <= 512 ? stackalloc byte[512] : new byte[length];
        var used = Encoding.UTF8.GetBytes(conversationId, text);
        text[used++] = (byte)'\n';
        used += Encoding.UTF8.GetBytes(type, text[used..]);
        text[used++] = (byte)'\n';
        used += Encoding.UTF8.GetBytes(state ?? "", text[used..]);
        text[used++] = (byte)'\n';
        used += Encoding.UTF8.GetBytes(time, text[used..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..used], hash);
        return Read(hash);
    }

    /// <summary>The id whose stored form is the first <see cref="Size"/> of these bytes.</summary>
    public static EventId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>Reads the shape that <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string text, out EventId id)
    {
        var value = UInt128.Zero;
        var isId = text.Length == Prefix.Length + (2 * Size) && text.StartsWith(Prefix, StringComparison.Ordinal)
            && UInt128.TryParse(text.AsSpan(Prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        id = new EventId(value);
        return isId;
    }

    /// <param name="bytes">Takes the stored form; <see cref="Size"/> long.</param>
    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        Span<char> text = stackalloc char[Prefix.Length + (2 * Size)];
        Prefix.CopyTo(text);
        Convert.TryToHexStringLower(bytes, text[Prefix.Length..], out _);
        return new string(text);
    }
}
