using System.Text;
using Tieline.Events;
using Tieline.Journal;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

/// <summary>Journal entries that show only what matters to a test.</summary>
internal static class Entries
{
    public static JournalEntry Entry(
        long position,
        string conversation = "c1",
        string type = EventKinds.ConversationState,
        string? state = EventKinds.Completed,
        string participants = "[]",
        EventOrigin origin = EventOrigin.Live,
        DateTimeOffset? at = null,
        int attempts = 0,
        TimeSpan waited = default)
    {
        var time = at ?? Some.Time + TimeSpan.FromMilliseconds(position);
        return new JournalEntry(
            new JournalPosition(position), EventId.Of(conversation, type, state, time), conversation, type, state, time, Encoding.UTF8.GetBytes(participants), origin, time, attempts, waited);
    }
}
