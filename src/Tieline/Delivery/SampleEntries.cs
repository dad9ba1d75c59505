using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>Events of every kind that can come, made up: what a template is tried on at start.</summary>
internal static class SampleEntries
{
    private static readonly DateTimeOffset _time = new(2026, 3, 2, 9, 14, 7, 218, TimeSpan.Zero);

    public static IReadOnlyList<JournalEntry> All { get; } =
    [
        Create(EventKinds.ConversationState, "completed", """[{"id":"b0a1","role":"customer","identity":"ext-contact-1187"},{"id":"b0a2","role":"agent","identity":"user:4711"}]"""u8, EventOrigin.Live),
        Create(EventKinds.ConversationState, "abandoned", """[{"id":"b0a1","role":"customer"},{"identity":"h:0123456789abcdef"}]"""u8, EventOrigin.Backfill),
        Create("routing.queue", "queued", "[]"u8, EventOrigin.Live),
        Create("an.event", null, "[]"u8, EventOrigin.Live),
    ];

    private static JournalEntry Create(string type, string? state, ReadOnlySpan<byte> participants, EventOrigin origin)
    {
        const string conversation = "6f1c2a52-7d0e-4b7e-9b58-0f4f0c9f5f11";
        return new JournalEntry(
            new JournalPosition(1), EventId.Of(conversation, type, state, _time), conversation, type, state, _time, participants.ToArray(), origin, _time, 0, TimeSpan.Zero);
    }
}
