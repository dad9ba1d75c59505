using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Lists conversations for people, newest first.</summary>
/// <remarks>
/// No table lists them, and an index by conversation would cost every event a page of its own (<see cref="ConversationIndex"/>). So positions are walked backwards, a bounded number for a page, and of each conversation
/// that comes up the table of look-ups tells whether a page before had it already. What a page costs does not grow with the journal.
/// </remarks>
internal sealed partial class JournalReader
{
    /// <summary>Conversations that one page looks at, for each that it may have: those that run on from the page before come up again first.</summary>
    private const int LookedAtForOne = 2;

    private const string WalkSql = $"SELECT {FoundColumns} FROM event e WHERE e.position BETWEEN $0 AND $1 AND {SearchWhere} ORDER BY e.position DESC";

    private const string SeenByLookUpSql = $"""
        WITH RECURSIVE day(day) AS (VALUES ($11) UNION ALL SELECT (SELECT min(l.day) FROM lookup l WHERE l.day > day.day AND l.day <= $12) FROM day WHERE day.day < $12)
        SELECT 1 FROM day CROSS JOIN lookup l CROSS JOIN event e
        WHERE l.day = day.day AND l.conversation = $13 AND l.position BETWEEN $0 AND $1 AND e.position = l.position AND e.conversation = $10 AND {SearchWhere} LIMIT 1
        """;

    private const string ConversationsSql = $"SELECT e.conversation FROM event e WHERE e.position BETWEEN $0 AND $1 AND {SearchWhere}";

    /// <summary>What <see cref="SearchConversations"/> asks of the journal: none of it may scan a table.</summary>
    internal static IReadOnlyList<string> ConversationStatements => [WalkSql, SeenByLookUpSql, ConversationsSql];

    /// <summary>Conversations with an event that fits, each once, by the newest of those.</summary>
    /// <param name="search">Without <see cref="EventSearch.Conversation"/>.</param>
    /// <param name="cursor">Where the page before ended; null: from the newest.</param>
    /// <returns>A page may have fewer than <paramref name="limit"/>, or none, and go on all the same.</returns>
    public FoundConversations SearchConversations(EventSearch search, ConversationCursor? cursor, int limit)
    {
        limit = Math.Min(limit, MaxFound);
        using var snapshot = Snapshot();
        var (low, high) = Bounds(search, cursor?.Before);
        if (high < low)
            return new FoundConversations([], null, null);
        var values = Values(search);
        var (candidates, through) = Walk(Math.Max(low, high - SearchedAtOnce + 1), high, values, cursor is null ? limit : limit * LookedAtForOne);
        if (cursor is { } last)
            candidates = Unseen(candidates, last, values);
        if (candidates.Count > limit)
            (candidates, through) = (candidates[..limit], candidates[limit - 1].Position.Value);
        var top = cursor?.Top ?? new JournalPosition(high);
        return new FoundConversations(candidates, through > low ? new ConversationCursor(top, new JournalPosition(through)) : null, ReceivedAt(through));
    }

    /// <returns>Of each conversation the newest event, and how far it looked.</returns>
    private (List<FoundEvent> Newest, long Through) Walk(long low, long high, object[] values, int atMost)
    {
        var newest = new List<FoundEvent>();
        var conversations = new HashSet<string>(StringComparer.Ordinal);
        using var row = Query(WalkSql, [low, high, .. values]);
        while (row.Read())
        {
            if (!conversations.Add(row.GetString(2)))
                continue;
            newest.Add(FoundOf(row));
            if (newest.Count == atMost)
                return (newest, newest[^1].Position.Value);
        }

        return (newest, low);
    }

    /// <summary>Without those of which a page before had a newer event.</summary>
    private List<FoundEvent> Unseen(List<FoundEvent> candidates, ConversationCursor cursor, object[] values)
    {
        var (from, top, lookedUp) = (cursor.Before.Value, cursor.Top.Value, ReadLookedUpThrough());
        var unseen = candidates;
        if (from <= lookedUp)
        {
            // Days and positions rise together closely, not exactly.
            var (first, last) = ReadLookUpDays();
            var (firstDay, lastDay) = (Math.Max(first, ReadDayOf(cursor.Before) - 1), ReceivedAt(top) is { } at ? Math.Min(last, ConversationIndex.DayOf(at.ToUnixTimeMilliseconds()) + 1) : last);
            unseen = [.. unseen.Where(one => !IsSeen(one.ConversationId, firstDay, lastDay))];
        }

        if (top <= lookedUp || unseen.Count == 0)
            return unseen;
        var fresh = unseen.Select(one => one.ConversationId).ToHashSet(StringComparer.Ordinal);
        using (var row = Query(ConversationsSql, [Math.Max(from, lookedUp + 1), top, .. values]))
        {
            while (fresh.Count > 0 && row.Read())
                fresh.Remove(row.GetString(0));
        }

        return [.. unseen.Where(one => fresh.Contains(one.ConversationId))];

        bool IsSeen(string conversation, long firstDay, long lastDay)
        {
            if (lastDay < firstDay)
                return false;
            using var row = Query(SeenByLookUpSql, [from, Math.Min(top, lookedUp), .. values, conversation, firstDay, lastDay, ConversationIndex.KeyOf(conversation)]);
            return row.Read();
        }
    }

    /// <summary>Where an entry stands at each destination that it is for.</summary>
    public IReadOnlyList<EntryStanding> ReadStandings(JournalPosition position) =>
        [.. ReadPlaces().Where(place => position > place.StartsAfter).Select(place => new EntryStanding(place, ReadOutcome(place.Number, position) ?? Outcomes.Waiting))];
}
