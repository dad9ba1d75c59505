using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Follows which conversations begin and end.</summary>
internal sealed partial class JournalReader
{
    /// <summary>What the events behind a position say of their conversations, in their order.</summary>
    public IReadOnlyList<ConversationSign> ReadEnds(JournalPosition after, int limit)
    {
        var signs = new List<ConversationSign>(limit);
        using var row = Query("SELECT position, conversation, occurred_at, type, state FROM event WHERE position > $0 ORDER BY position LIMIT $1", after.Value, (long)limit);
        while (row.Read())
        {
            signs.Add(new ConversationSign(
                new JournalPosition(row.GetInt64(0)), row.GetString(1), Time(row, 2)!.Value, EventKinds.IsTerminal(row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4))));
        }

        return signs;
    }
}

/// <param name="IsEnd">Its conversation is over.</param>
internal readonly record struct ConversationSign(JournalPosition Position, string Conversation, DateTimeOffset At, bool IsEnd);
