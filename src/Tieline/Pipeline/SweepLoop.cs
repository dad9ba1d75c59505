using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tieline.Derivation;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Genesys;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>Asks Genesys about conversations of which nothing has been heard for too long: they may have ended where nobody listened.</summary>
internal sealed partial class SweepLoop(
    SnapshotIntake snapshots, EventIntake intake, SqliteJournal journal, DetailsClient details, TimeProvider time, TielineMetrics metrics, ILogger<SweepLoop> logger)
{
    /// <summary>How often it looks, and how long it waits when Genesys gives no answer.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(30);

    private const int AtOnce = 100;

    /// <summary>So many different ones refused in a row, with no answer in between: it is not they.</summary>
    private const int Many = 3;

    private readonly BoundedLog _problems = new(time);
    private readonly BoundedLog _refusals = new(time);
    private readonly HashSet<string> _refusedInARow = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await Task.Delay(_interval, time, stopping);
                foreach (var conversation in journal.Read(reader => reader.ReadSilent(time.GetUtcNow(), AtOnce)))
                {
                    if (!await AskAsync(conversation, stopping, aborting))
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // They are asked about by the next run.
        }
    }

    /// <returns>False: Genesys gives no answers now.</returns>
    private async Task<bool> AskAsync(SilentConversation silent, CancellationToken stopping, CancellationToken aborting)
    {
        switch (await details.ReadConversationAsync(silent.Id, stopping))
        {
            case DetailsOutcome.Page { Content: var page }:
                using (page)
                {
                    if (Read(page.Conversations[0], out var fault) is not { } facts)
                        return await RefuseAsync(silent, $"what came is no conversation: {fault}", aborting);
                    await TakeAsync(silent.Id, facts, aborting);
                }

                await AnsweredAsync(silent, aborting);
                return true;
            case DetailsOutcome.Unknown:
                _refusedInARow.Clear();
                Count("unknown");
                LogUnknown(logger, silent.Id);
                snapshots.Forget(silent.Id);
                return true;
            case DetailsOutcome.Retry { IsOfThisCall: true, Reason: var reason }:
                return await RefuseAsync(silent, reason, aborting);
            case DetailsOutcome.Refused { IsOfThisCall: true, Reason: var reason }:
                return await RefuseAsync(silent, reason, aborting);
            case DetailsOutcome.Retry { Reason: var reason }:
                Say(reason);
                return false;
            case DetailsOutcome.Refused { Reason: var reason }:
                Say(reason);
                return false;
            case var other:
                throw new InvalidOperationException($"No answer about one conversation: {other.GetType().Name}");
        }
    }

    private async Task AnsweredAsync(SilentConversation silent, CancellationToken aborting)
    {
        _refusedInARow.Clear();
        if (silent.Refusals > 0)
            await journal.PostAsync(new JournalWork.PutOff(silent.Id, time.GetUtcNow() + SnapshotFold.SilenceOfCalls, 0), aborting); // where it goes on, the next save says when
    }

    /// <summary>It is asked about later, and the others go first; after <see cref="SweepSchedule.MaxRefusals"/> of them never again.</summary>
    /// <returns>False: so many others were refused that it is no matter of this one.</returns>
    private async Task<bool> RefuseAsync(SilentConversation silent, string reason, CancellationToken aborting)
    {
        if (_refusedInARow.Count < Many)
            _refusedInARow.Add(silent.Id);
        if (_refusedInARow.Count >= Many)
        {
            Say(reason);
            await journal.PostAsync(new JournalWork.PutOff(silent.Id, time.GetUtcNow() + SweepSchedule.WhileAllAreRefused, silent.Refusals), aborting);
            return false;
        }

        var refusals = silent.Refusals + 1;
        if (refusals >= SweepSchedule.MaxRefusals)
        {
            Count("given_up");
            LogGivenUp(logger, silent.Id, refusals, reason);
            snapshots.Forget(silent.Id);
            return true;
        }

        Count("refused");
        var delay = SweepSchedule.DelayAfter(refusals);
        if (_refusals.MayLog(out var suppressed))
            LogRefused(logger, silent.Id, reason, delay.TotalMinutes, suppressed);
        await journal.PostAsync(new JournalWork.PutOff(silent.Id, time.GetUtcNow() + delay, refusals), aborting);
        return true;
    }

    private async Task TakeAsync(string conversation, IReadOnlyList<ConversationEvent> facts, CancellationToken aborting)
    {
        var wanted = facts.Where(snapshots.Wants).Select(fact => fact.Id).ToHashSet();
        if (wanted.Count > 0)
            await intake.RecoverAsync(facts, aborting, wanted);
        var hasEnded = EventDerivation.HasEnded(facts);
        Count(hasEnded ? "ended" : "open");
        if (hasEnded)
            snapshots.Forget(conversation);
        else
            await snapshots.GoesOnAsync(conversation, aborting);
    }

    /// <returns>Null: the record is no conversation.</returns>
    private IReadOnlyList<ConversationEvent>? Read(JsonElement record, out string? fault)
    {
        if (FieldPolicy.TryReadRecord(record, intake.Redactor, out var read, out fault))
            return EventDerivation.Derive(read, time.GetUtcNow(), EventOrigin.Backfill, intake.Latest);
        metrics.RecordFaults.Add(1);
        return null;
    }

    private void Count(string outcome) => metrics.Swept.Add(1, new KeyValuePair<string, object?>("tieline.sweep.outcome", outcome));

    private void Say(string problem)
    {
        if (_problems.MayLog(out var suppressed))
            LogProblem(logger, problem, suppressed);
    }

    [LoggerMessage(EventId = 6310, EventName = "ConversationUnknown", Level = LogLevel.Information, Message = "Conversation {ConversationId} has been silent for long, and Genesys knows nothing of it any more: it is not followed any longer")]
    private static partial void LogUnknown(ILogger logger, string conversationId);

    [LoggerMessage(EventId = 6311, EventName = "SilentConversationsNotAsked", Level = LogLevel.Warning,
        Message = "Conversations that have been silent for long cannot be asked about: {Problem}; {Suppressed} more like it were not logged since the last such line")]
    private static partial void LogProblem(ILogger logger, string problem, long suppressed);

    [LoggerMessage(EventId = 6320, EventName = "ConversationRefused", Level = LogLevel.Warning,
        Message = "Genesys gives no answer about conversation {ConversationId}, which has been silent for long: {Reason}. It is asked again in {Minutes:F0} min; {Suppressed} more like it were not logged since the last such line")]
    private static partial void LogRefused(ILogger logger, string conversationId, string reason, double minutes, long suppressed);

    [LoggerMessage(EventId = 6321, EventName = "ConversationGivenUp", Level = LogLevel.Warning,
        Message = "Genesys has refused conversation {ConversationId} {Refusals} times, last: {Reason}. It is not followed any longer; `tieline reconcile` finds an end that was missed")]
    private static partial void LogGivenUp(ILogger logger, string conversationId, int refusals, string reason);
}
