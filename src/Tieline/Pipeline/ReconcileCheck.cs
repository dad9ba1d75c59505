using System.Text.Json;
using Tieline.Backfill;
using Tieline.Derivation;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Sequencing;

namespace Tieline.Pipeline;

/// <summary>Finds, for one reconciliation, what became of each event that the records tell of. Only reads.</summary>
internal sealed class ReconcileCheck(Reconciler reconciler, ReconcileRequest request, JournalReader journal, JournalAccount account, ReconcileTally tally)
{
    private readonly SeenConversations _seen = new();
    private readonly Moment _started = reconciler.Clock.Now;
    private readonly DateTimeOffset? _since = journal.ReadSince();
    private readonly IReadOnlyList<GapFill> _askedFor = [.. journal.ReadFills(request.From, request.To).Where(fill => fill.Reason == GapReason.Manual)];

    /// <returns>What is missing, by conversation.</returns>
    /// <param name="rest">What is still to be asked for by its id: what comes here is not.</param>
    public IReadOnlyList<MissingFacts> Check(DetailsPage page, UnendedConversations rest)
    {
        using var opened = account.Open();
        return [.. page.Conversations.Select(conversation => Check(conversation, rest)).OfType<MissingFacts>()];
    }

    private MissingFacts? Check(JsonElement conversation, UnendedConversations rest)
    {
        if (!FieldPolicy.TryReadRecord(conversation, reconciler.Redactor, out var record, out var fault))
        {
            tally.Unreadable++;
            reconciler.Refuse(fault);
            return null;
        }

        rest.Remove(record.ConversationId);
        var facts = EventDerivation.Derive(record, _started.System, EventOrigin.Backfill, _started.Latest);
        if (!(IsAround(record) || facts.Any(fact => IsIn(fact.OccurredAt))) || !_seen.TryAdd(record.ConversationId))
            return null;
        tally.Conversations++;
        var entries = account.Find(record.ConversationId, record.Start);
        // By all facts, not only the span's and the filter's: which of them an entry is depends on the others.
        var fates = FactMatch.Find(facts, [.. entries.Select(entry => entry.Fact)], reconciler.SameWithin);
        var missing = new MissingFacts(facts);
        foreach (var (fact, fate) in facts.Zip(fates).Where(pair => IsIn(pair.First.OccurredAt) && reconciler.Expects(pair.First)))
            Check(fact, fate, entries, missing);
        // A time that cannot be read takes facts with it: what the journal has beyond the others is no more than was to be expected.
        if (record.Faults == 0)
            CheckExtra(record.ConversationId, entries, fates);
        return missing.IsEmpty ? null : missing;
    }

    private void Check(ConversationEvent fact, FactFate fate, IReadOnlyList<JournaledFact> entries, MissingFacts missing)
    {
        switch (fate.Verdict)
        {
            case FactVerdict.Known:
                tally.Expected++;
                CheckDeliveries(fact, entries.First(entry => entry.Fact.Id == fate.Entry!.Id), missing);
                break;
            case FactVerdict.Conflicting:
                tally.Expected++;
                tally.Conflicting++;
                tally.Add(FindingOf(ReconcileFinding.Conflicting, fact));
                break;
            case FactVerdict.New when account.RemovedUntil is { } until && fact.OccurredAt <= until:
                tally.Expected++;
                tally.CountEverywhere(EntryFate.Expired);
                break;
            case FactVerdict.New when !IsPromised(fact):
                tally.BeforeStart++;
                break;
            default:
                tally.Expected++;
                tally.CountEverywhere(EntryFate.Missing);
                missing.Add(tally.Add(FindingOf(ReconcileFinding.Missing, fact)));
                break;
        }
    }

    private void CheckDeliveries(ConversationEvent fact, JournaledFact entry, MissingFacts missing)
    {
        var worst = EntryFate.NotDue;
        foreach (var destination in account.Destinations)
        {
            var fate = account.FateOf(entry, destination);
            tally.Count(destination.Name, fate);
            worst = fate > worst ? fate : worst;
            if (fate != EntryFate.Missing)
                continue;
            var position = entry.Positions[^1];
            missing.Add(tally.Add(FindingOf(ReconcileFinding.Missing, fact) with { Id = entry.Fact.Id, Position = position.Value, Destination = destination.Name }), position, destination.Number);
        }

        tally.Count(worst);
    }

    /// <summary>What the journal has and the record does not tell: of kinds that a record tells at all, and not of a time of which more may come.</summary>
    private void CheckExtra(string conversation, IReadOnlyList<JournaledFact> entries, FactFate[] fates)
    {
        foreach (var (fact, positions) in entries)
        {
            if (!IsIn(fact.OccurredAt) || !IsTold(fact) || fact.OccurredAt > _started.Source - reconciler.SettledAfter || Array.Exists(fates, fate => fate.Entry?.Id == fact.Id))
                continue;
            tally.Extra++;
            tally.Add(new ReconcileFinding(
                ReconcileFinding.Extra, conversation, fact.Type, fact.State, fact.OccurredAt, fact.Id, positions.Count > 0 ? positions[^1].Value : null, null));
        }
    }

    private bool IsIn(DateTimeOffset at) => at >= request.From && at < request.To;

    private bool IsAround(ConversationRecord record) => (record.Start is null || record.Start < request.To) && (record.End is null || record.End >= request.From);

    /// <summary>Nothing from before the first event is promised, unless somebody has asked for it.</summary>
    private bool IsPromised(ConversationEvent fact) => fact.OccurredAt >= _since || _askedFor.Any(fill => fact.OccurredAt >= fill.From && fact.OccurredAt <= fill.To);

    private static bool IsTold(KnownFact fact) =>
        fact is { Type: EventKinds.RoutingQueue, State: EventKinds.Queued } or { Type: EventKinds.ConversationState, State: EventKinds.Completed or EventKinds.Abandoned or EventKinds.Transfer };

    private static ReconcileFinding FindingOf(string kind, ConversationEvent fact) => new(kind, fact.ConversationId, fact.Type, fact.State, fact.OccurredAt, fact.Id, null, null);
}
