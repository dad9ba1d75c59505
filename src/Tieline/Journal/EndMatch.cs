using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Tells which ends of a conversation the journal has already, one to one, and under which id a new one goes out. Pure. <see cref="EpisodeRule"/> says which are the same.</summary>
internal static class EndMatch
{
    /// <param name="facts">Of one conversation, over one path, each id once.</param>
    /// <param name="known">All that the journal has of that conversation, each id once.</param>
    /// <param name="within">How far apart two paths may date the same fact.</param>
    /// <returns>The fate of each end among <paramref name="facts"/>, by its index.</returns>
    public static Dictionary<int, FactFate> Find(IReadOnlyList<ConversationEvent> facts, IReadOnlyList<KnownFact> known, TimeSpan within)
    {
        var fates = new Dictionary<int, FactFate>();
        var ends = Enumerable.Range(0, facts.Count)
            .Where(index => EventKinds.IsTerminal(facts[index].Type, facts[index].State))
            .OrderBy(index => facts[index].OccurredAt)
            .ThenByDescending(index => facts[index].State, StringComparer.Ordinal)
            .ToList();
        if (ends.Count == 0)
            return fates;
        EpisodeSign[] signs = [.. known.Select(fact => fact.Sign), .. facts.Select(EpisodeSign.Of)];
        var pairs = Pairs(facts, ends, known, signs, within);
        var taken = new HashSet<EventId>();
        foreach (var (index, candidate) in pairs.Where(pair => facts[pair.Index].State == pair.Candidate.State))
        {
            if (!fates.ContainsKey(index) && taken.Add(candidate.Id))
                fates[index] = new FactFate(FactVerdict.Known, candidate);
        }

        var given = known.Select(fact => fact.Id).ToHashSet();
        var settled = fates.Keys.ToList();
        foreach (var index in ends.Where(index => !settled.Contains(index)))
        {
            var other = pairs.Find(pair => pair.Index == index && facts[index].State != pair.Candidate.State).Candidate;
            if (other is not null || IsOtherOf(facts, index, fates, signs, within))
                fates[index] = new FactFate(FactVerdict.Conflicting, other);
            else
                fates[index] = new FactFate(FactVerdict.New, null, IdOf(facts[index], given));
        }

        return fates;
    }

    /// <summary>What may be the same end, nearest first; of pairs as near, the earlier fact and the earlier candidate.</summary>
    private static List<(int Index, KnownFact Candidate)> Pairs(
        IReadOnlyList<ConversationEvent> facts, List<int> ends, IReadOnlyList<KnownFact> known, EpisodeSign[] signs, TimeSpan within) =>
        [
            .. from index in ends
            from candidate in known
            where candidate.IsTerminal && EpisodeRule.AreSame(EpisodeSign.Of(facts[index]), candidate.Sign, signs, within)
            orderby (facts[index].OccurredAt - candidate.OccurredAt).Duration(), facts[index].OccurredAt, candidate.OccurredAt
            select (index, candidate),
        ];

    /// <summary>Its path tells two ends of one episode, and the other has been taken.</summary>
    private static bool IsOtherOf(IReadOnlyList<ConversationEvent> facts, int index, Dictionary<int, FactFate> fates, EpisodeSign[] signs, TimeSpan within) =>
        fates.Any(one => one.Value.Verdict != FactVerdict.Conflicting && facts[one.Key].State != facts[index].State
            && EpisodeRule.AreSame(EpisodeSign.Of(facts[index]), EpisodeSign.Of(facts[one.Key]), signs, within));

    /// <summary>The first end in its state has the id without a time. An id that was given out stays with its end.</summary>
    /// <param name="given">Takes what is given out here.</param>
    private static EventId IdOf(ConversationEvent end, HashSet<EventId> given)
    {
        if (given.Add(end.Id))
            return end.Id;
        var id = EventId.OfEpisode(end.ConversationId, end.Type, end.State, end.OccurredAt);
        given.Add(id);
        return id;
    }
}
