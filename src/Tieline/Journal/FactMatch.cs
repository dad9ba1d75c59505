using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Tells which facts of a conversation the journal has already, one to one. Pure. The rule: <c>docs/adr/0012-the-same-fact.md</c>; of ends: <see cref="EndMatch"/>.</summary>
internal static class FactMatch
{
    /// <summary>So far Genesys's clocks and ours may differ for that to be told.</summary>
    private static readonly TimeSpan _clocks = TimeSpan.FromMilliseconds(100);

    /// <param name="facts">Of one conversation, over one path, each id once.</param>
    /// <param name="known">All that the journal has of that conversation.</param>
    /// <param name="within">How far apart two paths may date the same fact.</param>
    /// <returns>A verdict for each of <paramref name="facts"/>, in their order.</returns>
    public static FactVerdict[] Match(IReadOnlyList<ConversationEvent> facts, IReadOnlyList<KnownFact> known, TimeSpan within) =>
        Array.ConvertAll(Find(facts, known, within), fate => fate.Verdict);

    /// <inheritdoc cref="Match"/>
    /// <returns>For each of <paramref name="facts"/>, in their order, the verdict and what it rests on.</returns>
    public static FactFate[] Find(IReadOnlyList<ConversationEvent> facts, IReadOnlyList<KnownFact> known, TimeSpan within)
    {
        var fates = new FactFate[facts.Count];
        // The journal may have an event twice, under one id, as after a replay: that is one fact, and must not stand for another.
        var unmatched = known.DistinctBy(fact => fact.Id).ToList();
        foreach (var (index, fate) in EndMatch.Find(facts, unmatched, within))
            fates[index] = fate;
        unmatched.RemoveAll(fact => fact.IsTerminal);
        for (var index = 0; index < facts.Count; index++)
        {
            if (EventKinds.IsTerminal(facts[index].Type, facts[index].State))
                continue;
            fates[index] = new FactFate(FactVerdict.New, null, facts[index].Id);
            var same = unmatched.FindIndex(candidate => candidate.Id == facts[index].Id);
            if (same < 0)
                continue;
            fates[index] = new FactFate(FactVerdict.Known, unmatched[same]);
            unmatched.RemoveAt(same);
        }

        foreach (var (index, candidate) in Pairs(facts, fates, unmatched, within))
        {
            if (fates[index].Verdict == FactVerdict.New && unmatched.Remove(candidate))
                fates[index] = new FactFate(FactVerdict.Known, candidate);
        }

        return fates;
    }

    /// <summary>What may be the same fact though its time differs, nearest first.</summary>
    private static List<(int Index, KnownFact Candidate)> Pairs(IReadOnlyList<ConversationEvent> facts, FactFate[] fates, List<KnownFact> unmatched, TimeSpan within)
    {
        return
        [
            .. from index in Enumerable.Range(0, facts.Count)
            where fates[index].Verdict == FactVerdict.New && !EventKinds.IsTerminal(facts[index].Type, facts[index].State)
            from candidate in unmatched
            let apart = (facts[index].OccurredAt - candidate.OccurredAt).Duration()
            where apart <= within && MayBeSame(facts[index], candidate)
            orderby apart, facts[index].OccurredAt, candidate.OccurredAt
            select (index, candidate),
        ];
    }

    /// <summary>Only another path dates differently: what came twice over the same one is twice.</summary>
    private static bool MayBeSame(ConversationEvent fact, KnownFact candidate) =>
        fact.Type == candidate.Type
        && fact.State == candidate.State
        && (fact.QueueId is null || candidate.QueueId is null || fact.QueueId == candidate.QueueId)
        && (fact.Origin == EventOrigin.Live) != (candidate.Origin == EventOrigin.Live)
        && (candidate.Origin == EventOrigin.Live || fact.OccurredAt - candidate.ReceivedAt <= _clocks); // what was fetched before this happened is another
}
