using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>Holds Genesys's notification channels open for ever: finds the topics, spreads them over channels, and sees to it that each of these lives.</summary>
/// <param name="http">Over which the sockets' handshakes go.</param>
/// <param name="random">Numbers in [0, 1), for the back-off's jitter.</param>
internal sealed partial class NotificationSource(
    GenesysOptions options,
    ChannelClient client,
    TokenProvider tokens,
    HttpMessageInvoker http,
    SourceStatus status,
    TielineMetrics metrics,
    SpecificationMetrics specification,
    StreamTiming timing,
    ReconnectWait waits,
    TimeProvider time,
    Func<double> random,
    ILogger<NotificationSource> logger)
{
    /// <summary>Genesys's quota leaves room for this many that take over from others.</summary>
    private const int Replacements = 2;

    private ReconnectPolicy _policy = new(random);
    private readonly Dictionary<int, Kept> _kept = [];
    private readonly HashSet<string> _told = [];
    private TopicPlan _plan = TopicPlan.Empty;

    /// <summary>When a run ended that was not told to; null where none has.</summary>
    private MonotonicTime? _failedAt;

    /// <summary>What became of each topic.</summary>
    public TopicTable Topics { get; } = new();

    /// <summary>Runs until told to stop. Everything the network or Genesys does is survived; what the sink throws passes through, and then it may be begun anew: with new channels, and a gap for the time between.</summary>
    /// <param name="stopping">Close every socket with 1000, wait a moment for the answers, release the topics, end.</param>
    /// <param name="aborting">Let go of the sockets at once.</param>
    public async Task RunAsync(INotificationSink sink, CancellationToken stopping, CancellationToken aborting)
    {
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(aborting);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, failing.Token);
        using var turn = new SemaphoreSlim(Replacements);
        var evictions = new EvictionWatch(time);
        var board = new ChannelBoard(status, Topics, evictions, specification);
        var opener = new ChannelOpener(client, tokens, http, Topics, metrics, specification, timing, time, logger);
        var supplies = new ChannelSupplies(opener, client, tokens, board, evictions, turn, metrics, specification, waits, time, random, logger);
        _policy = new ReconnectPolicy(random);
        try
        {
            status.Set(SourceState.Connecting);
            await CountLeftoversAsync(ending.Token);
            var directory = new QueueDirectory(options.Notifications, client, time);
            var startedAt = time.GetUtcNow();
            for (var isFirst = true; ; isFirst = false)
            {
                var since = isFirst ? ToldUntil(sink) : directory.LookedAt ?? ToldUntil(sink) ?? startedAt; // where no look has succeeded yet, the same as at first
                var (delay, refusal) = await LookAsync(directory, ending.Token);
                await FollowAsync(directory.Topics, refusal, since, supplies, sink, stopping, failing.Token);
                if (_kept.Count > 0)
                    _failedAt = null; // the new channels know since when nobody has listened
                await RestAsync(delay, ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            LogStopped(logger);
        }
        finally
        {
            if (!stopping.IsCancellationRequested)
                await failing.CancelAsync();
            await Task.WhenAll(_kept.Values.Select(kept => kept.Running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var kept in _kept.Values)
                kept.Retired.Dispose();
            _kept.Clear();
            _plan = TopicPlan.Empty;
            if (!stopping.IsCancellationRequested)
                _failedAt ??= time.GetMonotonicTime();
            specification.Disconnected();
            status.Set(SourceState.Stopped);
        }
    }

    /// <summary>Until when all has been taken: by a run of this process that failed, else by an earlier process.</summary>
    private DateTimeOffset? ToldUntil(INotificationSink sink) => _failedAt is { } failed ? time.ToSystemTime(failed) : sink.SeenUntil;

    /// <summary>Those of earlier runs count in the quota; they cannot be deleted, and their ids are hidden from a new token.</summary>
    private async Task CountLeftoversAsync(CancellationToken ending)
    {
        if (await client.ListAsync(ending) is ChannelOutcome<IReadOnlyList<ListedChannel>>.Ok({ Count: > 0 } channels))
            LogLeftovers(logger, channels.Count);
    }

    /// <summary>Looks the queues up.</summary>
    /// <returns>How long to wait until the next look, and why Genesys will not have us look at all.</returns>
    private async Task<(TimeSpan Delay, string? Refusal)> LookAsync(QueueDirectory directory, CancellationToken ending)
    {
        var startedAt = time.GetTimestamp();
        var outcome = await directory.LookAsync(ending);
        if (outcome is ChannelOutcome<IReadOnlyList<RoutingQueue>>.Ok)
        {
            _policy.Opened();
            return (QueueDirectory.Refresh, null);
        }

        var failed = ChannelOpener.Failed(outcome, "the list of queues");
        var (reason, failure) = failed switch
        {
            LinkOutcome.Failed { Failure: ConnectOutcome.TokenRefused refused } => (refused.Reason, (ConnectOutcome)refused),
            LinkOutcome.Failed { Failure: ConnectOutcome.Failed other } => (other.Reason, other),
            LinkOutcome.Refused refused => (refused.Reason, new ConnectOutcome.Failed("refused", refused.Reason, ReconnectPolicy.Slow, HadToken: true)),
            _ => ("Genesys knows no list of queues (404). Check Genesys:ApiUrl", new ConnectOutcome.Failed("refused", "", ReconnectPolicy.Slow, HadToken: true)),
        };
        var delay = _policy.AfterFailure(failure, time.GetElapsedTime(startedAt));
        if (Tell(reason))
            LogNoQueues(logger, reason, delay.TotalSeconds);
        if (_kept.Count == 0)
            status.Set(StateOf(failed), reason);
        return (delay, failed is LinkOutcome.Failed ? null : reason);
    }

    private static SourceState StateOf(LinkOutcome failed) => failed switch
    {
        LinkOutcome.Failed { Failure: ConnectOutcome.TokenRefused } => SourceState.TokenRefused,
        LinkOutcome.Failed => SourceState.BackingOff,
        _ => SourceState.SubscriptionRefused,
    };

    /// <summary>Has the channels follow the topics.</summary>
    /// <param name="refusal">Why there are none but those that need no look.</param>
    /// <param name="since">When it was last known which queues there are, at first when an earlier run last saw anything; null where there was none.</param>
    private async Task FollowAsync(
        TopicList list, string? refusal, DateTimeOffset? since, ChannelSupplies supplies, INotificationSink sink, CancellationToken stopping, CancellationToken aborting)
    {
        var plan = _plan.Next([.. list.Topics.Select(topic => topic.Topic)]);
        IReadOnlyList<string> problems = [.. list.Problems, .. new[] { plan.Problem, refusal }.OfType<string>()];
        foreach (var text in problems.Where(Tell))
            LogProblem(logger, text);
        Topics.Expect(
            list.Topics.Take(list.Topics.Count - plan.LeftOut.Count),
            problems,
            isIncomplete: plan.Problem is not null || refusal is not null || list.Topics.Count == 0);
        var changed = false;
        for (var number = 0; number < plan.Channels.Count; number++)
            changed |= await FollowAsync(number, plan.Channels[number], since, supplies, sink, stopping, aborting);
        _plan = plan;
        if (changed)
            LogPlanned(logger, list.Topics.Count - plan.LeftOut.Count, _kept.Count);
        if (_kept.Count > 0)
            supplies.Board.Refresh();
        else if (list.Topics.Count == 0 && problems.Count > 0)
            status.Set(SourceState.SubscriptionRefused, Topics.Problem);
    }

    private async Task<bool> FollowAsync(
        int number, IReadOnlyList<string> topics, DateTimeOffset? since, ChannelSupplies supplies, INotificationSink sink, CancellationToken stopping, CancellationToken aborting)
    {
        IReadOnlyList<string> before = number < _plan.Channels.Count ? _plan.Channels[number] : [];
        var isNew = topics.Except(before, StringComparer.OrdinalIgnoreCase).Any();
        var isSame = !isNew && topics.Count == before.Count;
        if (_kept.TryGetValue(number, out var kept) && topics.Count == 0)
        {
            _kept.Remove(number);
            await kept.Retired.CancelAsync();
            await kept.Running;
            kept.Retired.Dispose();
        }
        else if (kept is not null)
        {
            // The same ones again where some are refused: somebody may have granted what was missing.
            if (!isSame || topics.Any(Topics.IsRefused))
                kept.Keeper.Topics.Assign(topics, isNew ? since : null);
        }
        else if (topics.Count > 0)
        {
            var set = new TopicSet();
            set.Assign(topics, since);
            var keeper = new ChannelKeeper(number + 1, set, supplies);
            var retired = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            supplies.Board.Set(number + 1, SourceState.Connecting);
            _kept[number] = new Kept(keeper, keeper.RunAsync(sink, retired.Token, aborting), retired);
        }

        return !isSame;
    }

    /// <summary>Waits for the next look, or for a channel's loop to fail: nothing but the sink can make it.</summary>
    private async Task RestAsync(TimeSpan delay, CancellationToken ending)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var rest = waits.WaitAsync(delay, _policy, enough.Token);
        var first = await Task.WhenAny([rest, .. _kept.Values.Select(kept => kept.Running)]);
        await enough.CancelAsync();
        await first;
        ending.ThrowIfCancellationRequested();
    }

    /// <summary>Whether a text is worth a line: it was not told before.</summary>
    private bool Tell(string text) => _told.Add(text);

    private sealed record Kept(ChannelKeeper Keeper, Task Running, CancellationTokenSource Retired);
}
