using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tieline.Backfill;
using Tieline.Derivation;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Sequencing;
using EventId = Tieline.Events.EventId;

namespace Tieline.Pipeline;

/// <summary>Fills gaps: asks Genesys for their time, turns what it says into events, and lets those in that the journal does not have. One chain of calls, whatever the number of gaps.</summary>
/// <remarks>All it knows is in the journal's gap records, so a crash costs one answer. What it asks twice does no harm: ids and <see cref="FactMatch"/> see to that.</remarks>
internal sealed partial class BackfillLoop
{
    /// <summary>Once an answer takes longer than delivery waits for it, its conversations enter one by one with this pause between them: a whole page at once would be written and sent before the live events behind it.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>Conversations on their way into the journal at once: enough to fill its groups, few enough that live events hardly notice.</summary>
    private const int InFlight = 8;

    /// <summary>Looks again after this at the latest: Genesys's clock may be known better by then.</summary>
    private static readonly TimeSpan _longestWait = TimeSpan.FromMinutes(1);

    /// <summary>What is known of Genesys's clock has changed by more than an ask's margin makes up for.</summary>
    private static readonly TimeSpan _step = TimeSpan.FromSeconds(5);

    private readonly WakeSignal _woken = new();
    private readonly Dictionary<long, GapFill> _fills = [];
    private readonly OpenConversations _open = new();
    private readonly EventIntake _intake;
    private readonly SqliteJournal _journal;
    private readonly DetailsReader _reader;
    private readonly AskPlan _plan;
    private readonly TimeSpan _longestHold;
    private readonly IReadOnlyList<string> _media;
    private readonly SourceClock _clock;
    private readonly TimeProvider _time;
    private readonly TielineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly BoundedLog _faults;
    private readonly BoundedLog _conflicts;
    private readonly BoundedLog _abandoned;
    private readonly TimeSpan _reach;
    private DateTimeOffset? _origin;

    /// <param name="media">Media types that are subscribed to; empty: all.</param>
    public BackfillLoop(
        EventIntake intake, SqliteJournal journal, DetailsReader reader, GapOptions options, IReadOnlyList<string> media, SourceClock clock, TimeProvider time, TielineMetrics metrics,
        ILogger<BackfillLoop> logger)
    {
        (_intake, _journal, _reader, _media, _clock, _time, _metrics, _logger) = (intake, journal, reader, media, clock, time, metrics, logger);
        (_faults, _conflicts, _abandoned) = (new BoundedLog(time), new BoundedLog(time), new BoundedLog(time));
        (_reach, _longestHold) = (DetailsReach.Of(media, options), options.LongestHold);
        _plan = new AskPlan(options, _reach);
        intake.GapsChanged = _woken.Set;
    }

    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        // After an unexpected end, what is known stays: its record may not be durable yet.
        var now = _clock.Now;
        foreach (var fill in _journal.Read(reader => reader.ReadFills()))
            _fills.TryAdd(fill.Number, fill.Timed(now, _plan.LongestWait));
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                TakeChanges();
                HeedClock();
                await GiveUpAsync(aborting);
                if (_plan.Next(_fills.Values, _clock.Now) is { } ask)
                    await AskAsync(ask, yields: true, stopping, aborting);
                else
                    await WaitAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The gap records say where to go on.
        }
    }

    private void TakeChanges()
    {
        _woken.Clear();
        foreach (var (gap, kind) in _intake.TakeGapChanges())
        {
            if (kind == GapChangeKind.Filled)
                _fills.Remove(gap.Number);
            else if (kind is GapChangeKind.Confirmed or GapChangeKind.Extended && !gap.IsTolerated)
                _fills[gap.Number] = GapFill.Of(gap, _fills.GetValueOrDefault(gap.Number));
        }
    }

    /// <summary>What was asked before the clock was mended was asked of another time.</summary>
    private void HeedClock()
    {
        var now = _clock.Now;
        var origin = now.SourceAt(default);
        var hasStepped = _origin is { } before && (origin - before).Duration() > _step;
        if (hasStepped || _origin is null)
            _origin = origin;
        if (!hasStepped)
            return;
        foreach (var fill in _fills.Values.ToList())
            _fills[fill.Number] = fill with { Due = MonotonicTime.Min(fill.Due, now.Steady) };
    }

    private Task WaitAsync(CancellationToken stopping)
    {
        var due = AskPlan.NextDue(_fills.Values) - _time.GetMonotonicTime() ?? _longestWait;
        return _woken.WaitAsync(due < TimeSpan.Zero ? TimeSpan.Zero : due < _longestWait ? due : _longestWait, _time, stopping);
    }

    /// <param name="yields">Between two pages, a gap that delivery waits for goes first: still one chain of calls, and a large backfill starves no small one.</param>
    private async Task AskAsync(Ask ask, bool yields, CancellationToken stopping, CancellationToken aborting)
    {
        // The very first event may not be durable yet: then no gap begins before it either.
        var begun = _clock.Now;
        var since = _journal.Read(reader => reader.ReadSince()) ?? ask.Fills.Min(fill => fill.From) ?? ask.Fills.Min(fill => _plan.SpanOf(fill, ask.IsSettling, begun).From);
        // Of what was not asked for by a person, nothing from before the first event is wanted: whatever is on record of when it began.
        if (since is { } first && ask.From < first.Minus(_reach) && ask.Fills.All(fill => fill.Reason != GapReason.Manual))
            ask = ask with { From = first.Minus(_reach) < ask.To ? first.Minus(_reach) : ask.To.Minus(_reach) };
        var tally = new AskTally(ask, _plan, since, _intake.NewestTime, begun);
        var rest = ask.IsSettling ? await UnendedAsync(ask, stopping) : null;
        var started = _time.GetTimestamp();
        var asked = ask.Fills.ToHashSet<GapFill>(ReferenceEqualityComparer.Instance);
        var answer = await _reader.ReadAsync(
            new DetailsSpan(ask.From, ask.To, _media),
            null,
            async (page, _, cancellation) =>
            {
                await TakeAsync(page, tally, rest, isPaced: _time.GetElapsedTime(started) > _longestHold, cancellation);
                if (yields)
                    await AskFirstAsync(asked, stopping, aborting);
            },
            stopping);
        if (answer is { IsComplete: true, Conversations: 0 } && ask.Fills.Any(fill => fill.HasNumbers))
            answer = answer with { IsComplete = false, Problem = "Genesys answered that there was no conversation at all, though events of some are missing" };
        string? notAsked = null;
        if (rest is not null)
        {
            if (answer.IsComplete && rest.Count > 0)
                answer = answer.With(await ReadByIdAsync(rest, tally, yields ? asked : null, stopping, aborting));
            notAsked = DetailsReach.NotAsked(ask.From, Math.Max(0, rest.Count - DetailsReach.MaxById), answer.Refused);
        }

        var seconds = _time.GetElapsedTime(started).TotalSeconds;
        var gaps = ask.Fills.Count;
        LogAnswer(_logger, gaps, ask.From, ask.To, answer.IsComplete, answer.Pages, answer.Conversations, seconds);
        if (answer.IsComplete)
            await _intake.AnsweredAsync(ask.Fills.Where(fill => ReferenceEquals(fill, _fills.GetValueOrDefault(fill.Number))).Select(fill => fill.Number), aborting);
        else
            await _intake.RefusedAsync(ask.Fills.Select(fill => fill.Number), aborting);
        var now = _clock.Now;
        var answers = tally.Answers(answer, begun.Steady, notAsked);
        foreach (var fill in ask.Fills)
        {
            do
                TakeChanges();
            while (_fills.TryGetValue(fill.Number, out var current) && !await TrySaveAsync(After(fill, current, answers[fill.Number], now), aborting));
        }
    }

    /// <summary>Asks for what has been found since a long answer began.</summary>
    private async Task AskFirstAsync(HashSet<GapFill> asked, CancellationToken stopping, CancellationToken aborting)
    {
        TakeChanges();
        var found = _fills.Values.Where(fill => fill.State == GapState.Open && !asked.Contains(fill)).ToList();
        if (found.Count > 0 && _plan.Next(found, _clock.Now) is { IsSettling: false } ask)
            await AskAsync(ask, yields: false, stopping, aborting);
    }

    /// <summary>Of a gap that was found to be bigger meanwhile, the answer was about something else.</summary>
    private GapFill After(GapFill asked, GapFill current, AskAnswer answer, Moment now) =>
        ReferenceEquals(asked, current) ? _plan.After(asked, answer, now) : AskPlan.AfterChange(current, answer);

    /// <summary>A gap that cannot be asked for, whatever is on record of it, keeps no other from being asked for.</summary>
    private async Task GiveUpAsync(CancellationToken aborting)
    {
        var now = _clock.Now;
        foreach (var fill in _fills.Values.ToList())
        {
            if (WhyNot(fill, now) is { } why)
                await TrySaveAsync(AskPlan.GivenUp(fill, why, now), aborting);
        }
    }

    private string? WhyNot(GapFill fill, Moment now)
    {
        try
        {
            return AskPlan.WhyNot(fill, now) ?? (_plan.SpanOf(fill, isSettling: true, now).To < EventTime.Earliest ? "its time cannot be told" : null);
        }
        catch (Exception e) when (e is ArgumentException or ArithmeticException)
        {
            return $"its time cannot be reckoned with ({e.GetType().Name})";
        }
    }

    /// <summary>Conversations that may have been there during the gaps, as far as the journal has their events; those heard of last first.</summary>
    private async Task<UnendedConversations> UnendedAsync(Ask ask, CancellationToken stopping)
    {
        await _open.FollowAsync((after, limit) => _journal.Read(reader => reader.ReadEnds(after, limit)), stopping);
        return _open.Between(ask.From.Plus(_reach), ask.To);
    }

    /// <summary>Asks for those that the answer by time did not have: they began too long ago.</summary>
    private async Task<DetailsAnswer> ReadByIdAsync(UnendedConversations rest, AskTally tally, HashSet<GapFill>? asked, CancellationToken stopping, CancellationToken aborting) =>
        await _reader.ReadAsync(
            rest.First(DetailsReach.MaxById),
            async (page, cancellation) =>
            {
                await TakeAsync(page, tally, null, isPaced: true, cancellation);
                if (asked is not null)
                    await AskFirstAsync(asked, stopping, aborting);
            },
            conversation => _open.Forget(conversation),
            stopping);

    /// <param name="rest">What is still to be asked for by its id: what comes here is not.</param>
    private async ValueTask TakeAsync(DetailsPage page, AskTally tally, UnendedConversations? rest, bool isPaced, CancellationToken cancellation)
    {
        var inFlight = isPaced ? 1 : InFlight;
        var entering = new List<Task>(inFlight);
        foreach (var conversation in page.Conversations)
        {
            var facts = FactsOf(conversation, rest);
            foreach (var fact in facts)
                tally.Tell(fact);
            var wanted = WantedOf(facts, tally).Where(IsKept).Select(fact => fact.Id).ToHashSet();
            if (wanted.Count == 0)
                continue;
            entering.Add(EnterAsync(facts, wanted, tally, cancellation));
            if (entering.Count < inFlight)
                continue;
            await Task.WhenAll(entering);
            entering.Clear();
            if (isPaced)
                await Task.Delay(Pause, _time, cancellation);
        }

        await Task.WhenAll(entering);
    }

    /// <summary>What a gap lacks, and the ends behind it that the stream has passed: without what is missing, one of them may have been taken for a repeat of the end before.</summary>
    private IEnumerable<ConversationEvent> WantedOf(IReadOnlyList<ConversationEvent> facts, AskTally tally)
    {
        var first = facts.FirstOrDefault(tally.Wants)?.OccurredAt;
        var newest = _intake.NewestTime;
        return facts.Where(fact => tally.Wants(fact) || (EventKinds.IsTerminal(fact.Type, fact.State) && fact.OccurredAt > first && fact.OccurredAt < newest));
    }

    private bool IsKept(ConversationEvent fact) => MediaNames.IsAmong(fact.MediaType, _media) && _intake.Keeps(fact);

    private IReadOnlyList<ConversationEvent> FactsOf(JsonElement conversation, UnendedConversations? rest)
    {
        if (!FieldPolicy.TryReadRecord(conversation, _intake.Redactor, out var record, out var fault))
        {
            _metrics.RecordFaults.Add(1);
            if (_faults.MayLog(out var suppressed))
                LogRecord(_logger, fault, suppressed);
            return [];
        }

        rest?.Remove(record.ConversationId);
        var now = _clock.Now;
        var facts = EventDerivation.Derive(record, now.System, EventOrigin.Backfill, now.Latest);
        if (record.End is not null && !EventDerivation.HasEnded(facts.Where(IsKept)))
            _open.Forget(record.ConversationId); // over, and its end will never be in the journal
        return facts;
    }

    /// <param name="facts">All of a conversation: those that are not wanted help to tell which of the others are known.</param>
    private async Task EnterAsync(IReadOnlyList<ConversationEvent> facts, HashSet<EventId> wanted, AskTally tally, CancellationToken cancellation)
    {
        foreach (var (fact, verdict) in await _intake.RecoverAsync(facts, cancellation, wanted))
        {
            if (!wanted.Contains(fact.Id))
                continue;
            tally.Count(fact, verdict);
            _metrics.Recovered.Add(1, new KeyValuePair<string, object?>("tieline.fact", FactVerdictNames.Of(verdict)));
            if (verdict == FactVerdict.Conflicting && _conflicts.MayLog(out var suppressed))
                LogConflict(_logger, fact.ConversationId, fact.State, suppressed);
        }
    }

    private async Task<bool> TrySaveAsync(GapFill fill, CancellationToken aborting)
    {
        if (!await _intake.SaveAsync(fill, aborting))
            return false;
        if (fill.IsClosed)
            _fills.Remove(fill.Number);
        else
            _fills[fill.Number] = fill;
        if (fill.State == GapState.Filled)
            LogFilled(_logger, fill.Number, fill.Recovered, fill.Known, fill.Asks);
        else if (fill.State == GapState.Abandoned && _abandoned.MayLog(out var suppressed))
            LogAbandoned(_logger, fill.Number, fill.Asks, fill.Problem, suppressed);
        return true;
    }

    [LoggerMessage(EventId = 6200, EventName = "GapsAskedFor", Level = LogLevel.Debug,
        Message = "Asked for {Gaps} gaps, {From} to {To} (complete: {IsComplete}): {Pages} pages, {Conversations} conversations in {Seconds} s")]
    private static partial void LogAnswer(ILogger logger, int gaps, DateTimeOffset from, DateTimeOffset to, bool isComplete, int pages, long conversations, double seconds);

    [LoggerMessage(EventId = 6201, EventName = "GapFilled", Level = LogLevel.Information, Message = "Gap {Number} is filled: {Recovered} events recovered, {Known} were there, {Asks} asks")]
    private static partial void LogFilled(ILogger logger, long number, long recovered, long known, int asks);

    [LoggerMessage(EventId = 6202, EventName = "GapAbandoned", Level = LogLevel.Error,
        Message = "Gap {Number} is abandoned after {Asks} asks: it could not be closed in time ({Problem}). `tieline backfill` asks again; {Suppressed} more were abandoned since the last such line")]
    private static partial void LogAbandoned(ILogger logger, long number, int asks, string? problem, long suppressed);

    [LoggerMessage(EventId = 6203, EventName = "RecordRefused", Level = LogLevel.Warning, Message = "A details record is no conversation: {Fault}; {Suppressed} more like it were not logged since the last such line")]
    private static partial void LogRecord(ILogger logger, string fault, long suppressed);

    [LoggerMessage(EventId = 6204, EventName = "EndsDiffer", Level = LogLevel.Warning, Message = "Conversation {ConversationId} has ended in another way already; the details record says {State}: not sent; {Suppressed} more like it were not logged since the last such line")]
    private static partial void LogConflict(ILogger logger, string conversationId, string? state, long suppressed);
}
