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

    private readonly BoundedLog _problems = new(time);

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
    private async Task<bool> AskAsync(string conversation, CancellationToken stopping, CancellationToken aborting)
    {
        switch (await details.ReadConversationAsync(conversation, stopping))
        {
            case DetailsOutcome.Page { Content: var page }:
                using (page)
                    await TakeAsync(conversation, page.Conversations[0], aborting);
                return true;
            case DetailsOutcome.Unknown:
                metrics.Swept.Add(1, new KeyValuePair<string, object?>("tieline.sweep.outcome", "unknown"));
                LogUnknown(logger, conversation);
                snapshots.Forget(conversation);
                return true;
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

    private async Task TakeAsync(string conversation, JsonElement record, CancellationToken aborting)
    {
        var facts = Read(record);
        var wanted = facts.Where(snapshots.Wants).Select(fact => fact.Id).ToHashSet();
        if (wanted.Count > 0)
            await intake.RecoverAsync(facts, aborting, wanted);
        var hasEnded = facts.Any(fact => EventKinds.IsTerminal(fact.Type, fact.State));
        metrics.Swept.Add(1, new KeyValuePair<string, object?>("tieline.sweep.outcome", hasEnded ? "ended" : "open"));
        if (hasEnded)
            snapshots.Forget(conversation);
        else
            await snapshots.GoesOnAsync(conversation, aborting);
    }

    private IReadOnlyList<ConversationEvent> Read(JsonElement record)
    {
        if (RecordReader.TryRead(record, out var read, out var fault))
            return EventDerivation.Derive(read, time.GetUtcNow(), EventOrigin.Backfill);
        metrics.RecordFaults.Add(1);
        Say($"a details record is no conversation: {fault}");
        return [];
    }

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
}
