using Tieline.Backfill;
using Tieline.Journal;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Desks;

/// <summary>Finds conversations and tells their stories: for the API and the console alike.</summary>
internal sealed class ConversationDesk(JournalDesk journal)
{
    /// <summary>Conversations with an event that fits, newest first; each with where that event stands.</summary>
    /// <inheritdoc cref="JournalReader.SearchConversations"/>
    public Task<ConversationList> ListAsync(EventSearch search, ConversationCursor? cursor, int limit, CancellationToken cancellation) => journal.ReadAsync(reader =>
    {
        var found = reader.SearchConversations(search, cursor, limit);
        return new ConversationList([.. found.Newest.Select(one => new ToldEvent(one, reader.ReadStandings(one.Position)))], found.Next, found.LookedBackTo);
    }, cancellation);

    /// <summary>One conversation in the order in which it happened, and the gaps that lie in its time.</summary>
    /// <param name="skip">So many events from its beginning are left out; null: all but the last.</param>
    /// <param name="limit">So many are told.</param>
    /// <returns>Null where the journal has nothing of it.</returns>
    public Task<ConversationStory?> StoryOfAsync(string conversation, int? skip, int limit, CancellationToken cancellation) => journal.ReadAsync(reader =>
    {
        var all = reader.ReadStory(conversation, int.MaxValue);
        return all.Count == 0 ? null : new ConversationStory(
            conversation, all.Count, all[0].OccurredAt, all[^1].OccurredAt,
            [.. all.Skip(skip ?? Math.Max(0, all.Count - limit)).Take(limit).Select(one => new ToldEvent(one, reader.ReadStandings(one.Position)))],
            [.. reader.ReadFills(all[0].OccurredAt, all[^1].OccurredAt).Take(JournalReader.MaxFound)]);
    }, cancellation);
}

/// <param name="Newest">Of each conversation its newest event that fits.</param>
/// <param name="Next">Where the next page goes on; null at the end.</param>
/// <param name="LookedBackTo">When what was looked through last was received; null where nothing was.</param>
internal sealed record ConversationList(IReadOnlyList<ToldEvent> Newest, ConversationCursor? Next, DateTimeOffset? LookedBackTo);

/// <param name="Count">Events of it in the journal.</param>
/// <param name="From">When the first of them happened, and <paramref name="To"/> the last.</param>
/// <param name="Events">A part of them, in the order in which they happened.</param>
/// <param name="Gaps">That lie in its time, closed ones too, oldest first.</param>
internal sealed record ConversationStory(string ConversationId, int Count, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<ToldEvent> Events, IReadOnlyList<GapFill> Gaps);

/// <summary>An event, and where it stands at each destination that it is for.</summary>
internal sealed record ToldEvent(FoundEvent Event, IReadOnlyList<EntryStanding> Delivery);
