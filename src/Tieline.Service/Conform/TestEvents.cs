using System.Buffers;
using System.Text.Json;
using Tieline.Events;
using Tieline.Journal;
using EventId = Tieline.Events.EventId;

namespace Tieline.Service.Conform;

/// <summary>Events of conversations that never were: what a receiver is tried with. A run has conversations of its own.</summary>
internal sealed class TestEvents(DateTimeOffset now, Func<double> random)
{
    /// <summary>A little below the most that Tieline ever sends, which is 256 KiB.</summary>
    private const int BigBytes = 250 * 1024;

    /// <summary>Made up at random, so that two runs do not meet in the receiver's records.</summary>
    public string ConversationId { get; } = Uuid(random);

    /// <param name="ago">How long before this run it happened; it is a part of the id.</param>
    public JournalEntry Create(string? state, TimeSpan ago) => Create(state, ago, Participants(1), EventOrigin.Live);

    /// <summary>As it comes from Genesys's records after a gap.</summary>
    public JournalEntry Late(string state, TimeSpan ago) => Create(state, ago, Participants(1), EventOrigin.Backfill);

    /// <summary>Neither a state nor participants: both may be absent or empty.</summary>
    public JournalEntry Sparse(TimeSpan ago) => Create(null, ago, "[]"u8.ToArray(), EventOrigin.Live);

    public JournalEntry Big(string state, TimeSpan ago) => Create(state, ago, Participants(BigBytes / Participants(1).Length), EventOrigin.Live);

    private JournalEntry Create(string? state, TimeSpan ago, ReadOnlyMemory<byte> participants, EventOrigin origin)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds((now - ago).ToUnixTimeMilliseconds());
        return new JournalEntry(
            new JournalPosition(1), EventId.Of(ConversationId, EventKinds.ConversationState, state, at), ConversationId, EventKinds.ConversationState, state, at, participants, origin, at, 0, TimeSpan.Zero);
    }

    /// <summary>Version 4, as Genesys's own are.</summary>
    private static string Uuid(Func<double> random)
    {
        var bytes = new byte[16];
        for (var index = 0; index < bytes.Length; index++)
            bytes[index] = (byte)(random() * 256);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static ReadOnlyMemory<byte> Participants(int count)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        for (var number = 0; number < count; number++)
        {
            json.WriteStartObject();
            json.WriteString("id", $"00000000-0000-4000-8000-{number:D12}");
            json.WriteString("role", number == 0 ? "customer" : "agent");
            json.WriteString("identity", $"user:{number:D6}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
