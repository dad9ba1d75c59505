using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>Sees to it that one share of the topics is listened to, without a break where that is possible: opens a channel, reads it, has another take over before it ends,
/// and where it was lost says from when to when nobody listened.</summary>
internal sealed partial class ChannelKeeper(int number, TopicSet topics, ChannelSupplies supplies)
{
    /// <summary>Failures in a row that are logged as warnings; the rest only at Debug, until it is over.</summary>
    private const int LoggedFailures = 3;

    private readonly ReconnectPolicy _policy = new(supplies.Random);
    private readonly TimeProvider _time = supplies.Time;

    private NotificationChannel? _channel;
    private long _subscribed;
    private string _reason = "first";

    /// <summary>What this channel is subscribed to, or will be.</summary>
    public TopicSet Topics => topics;

    /// <summary>Runs until told to stop. What the sink throws passes through.</summary>
    public async Task RunAsync(INotificationSink sink, CancellationToken stopping, CancellationToken aborting)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborting);
        var tokens = new LinkTokens(stopping, aborting);
        ChannelLink? link = null;
        MonotonicTime? lostAt = null;
        try
        {
            while (true)
            {
                link ??= await OpenAsync(sink, tokens, ending.Token);
                await TellMissedAsync(sink, lostAt, link, aborting);
                lostAt = null;
                var (end, next) = await HoldAsync(link, sink, tokens, ending.Token);
                var old = link;
                link = next;
                await old.DisposeAsync();
                if (ending.IsCancellationRequested)
                    return;
                (link, lostAt) = await JudgeAsync(old, end, next, ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Told to.
        }
        finally
        {
            supplies.Board.Remove(number);
            if (link is not null)
                await LetGoAsync(link, stopping, aborting);
            if (_channel is not null && !aborting.IsCancellationRequested)
                await supplies.Client.ReleaseAsync(_channel);
        }
    }

    /// <summary>Tries until a channel is being listened to.</summary>
    private async Task<ChannelLink> OpenAsync(INotificationSink sink, LinkTokens tokens, CancellationToken ending)
    {
        var failures = 0;
        while (true)
        {
            ending.ThrowIfCancellationRequested();
            if (supplies.Board.StateOf(number) is SourceState.Starting)
                supplies.Board.Set(number, SourceState.Connecting);
            if (failures >= ChannelTiming.FailuresBeforeNew && _channel is not null)
                (_channel, _reason) = (null, "lost");
            var startedAt = _time.GetTimestamp();
            var outcome = _channel is null
                ? await supplies.Opener.OpenNewAsync(topics, _reason, sink, tokens, ending)
                : await supplies.Opener.ReopenAsync(_channel, _subscribed, topics, sink, tokens, ending);
            switch (outcome)
            {
                case LinkOutcome.Opened opened:
                    _policy.Opened();
                    Adopt(opened.Link);
                    return opened.Link;
                case LinkOutcome.ChannelLost when _channel is not null:
                    (_channel, _reason) = (null, "lost");
                    break;
                default:
                    failures++;
                    await BackOffAsync(outcome, _time.GetElapsedTime(startedAt), ending);
                    break;
            }
        }
    }

    private async Task BackOffAsync(LinkOutcome outcome, TimeSpan elapsed, CancellationToken ending)
    {
        var failure = outcome.AsFailure();
        var delay = _policy.AfterFailure(failure, elapsed);
        Count(failure);
        switch (outcome, failure)
        {
            case (LinkOutcome.Refused refused, _):
                delay = ReconnectPolicy.Slow;
                if (supplies.Board.StateOf(number) != SourceState.SubscriptionRefused)
                    LogRefused(supplies.Logger, number, refused.Reason);
                supplies.Board.Set(number, SourceState.SubscriptionRefused, refused.Reason);
                break;
            case (_, ConnectOutcome.TokenRefused refused):
                supplies.Board.Set(number, SourceState.TokenRefused, refused.Reason); // the token provider has logged it
                break;
            case (_, ConnectOutcome.HandshakeRefused refused) when _policy.HandshakeIsRefused:
                var problem = $"Genesys answers {refused.Status} to the handshake of a new channel with a fresh token. Check that nothing between here and Genesys refuses WebSockets";
                if (supplies.Board.StateOf(number) != SourceState.HandshakeRefused)
                    LogRefused(supplies.Logger, number, problem);
                supplies.Board.Set(number, SourceState.HandshakeRefused, problem);
                break;
            default:
                Say(ReasonOf(failure), delay);
                break;
        }

        if (outcome is LinkOutcome.Refused)
            await Task.Delay(delay, _time, ending);
        else if (await supplies.Waits.WaitAsync(delay, _policy, ending) is var spared && spared > TimeSpan.Zero)
            LogTriesEarly(supplies.Logger, number, spared.TotalSeconds);
    }

    private void Say(string reason, TimeSpan delay)
    {
        supplies.Board.Set(number, SourceState.BackingOff, $"Not connected: {reason}");
        if (_policy.Attempt <= LoggedFailures)
            LogBackingOff(supplies.Logger, number, reason, delay.TotalSeconds);
        else
            LogStillBackingOff(supplies.Logger, number, _policy.Attempt, reason, delay.TotalSeconds);
    }

    /// <summary>From now on this is the channel.</summary>
    private void Adopt(ChannelLink link)
    {
        (_channel, _subscribed) = (link.Channel, link.Topics);
        supplies.Board.Set(number, SourceState.Connected);
        LogConnected(supplies.Logger, number, topics.Current.Topics.Count, link.Channel.ExpiresAt, link.Channel.Grant.ExpiresAt);
    }

    /// <summary>Of a loss, of new topics that were nobody's before, and of those that were refused.</summary>
    private async Task TellMissedAsync(INotificationSink sink, MonotonicTime? lostAt, ChannelLink link, CancellationToken aborting)
    {
        var unheard = topics.TakeUnheard(link.Topics);
        // By the clock as it is now: one that was set while nobody listened makes the time neither longer nor shorter.
        var lost = lostAt is { } at ? _time.ToSystemTime(at) : (DateTimeOffset?)null;
        if ((lost ?? unheard) is not { } from)
            return;
        if (unheard < from)
            from = unheard.Value;
        await MissedAsync(sink, from, _time.ToSystemTime(link.ListensSince), aborting);
    }

    private async ValueTask MissedAsync(INotificationSink sink, DateTimeOffset from, DateTimeOffset to, CancellationToken aborting)
    {
        LogMissed(supplies.Logger, number, from, to);
        await sink.OnMissedAsync(from, to, aborting);
    }

    /// <summary>Holds a socket to its end.</summary>
    /// <returns>How it ended, and the one that was opened to take over from it, whether or not it has spoken.</returns>
    private async Task<(LinkEnd End, ChannelLink? Next)> HoldAsync(ChannelLink link, INotificationSink sink, LinkTokens tokens, CancellationToken ending)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var tending = TendAsync(link, sink, tokens.Aborting, ended.Token);
        var succession = SucceedAsync(link, sink, tokens, ended.Token);
        try
        {
            await Task.WhenAny(link.Completion, FaultOf(tending), FaultOf(succession));
            if (!link.Completion.IsCompleted)
                link.Abort(); // the sink has failed elsewhere
            var end = await link.Completion;
            await ended.CancelAsync();
            await tending;
            return (end, await succession);
        }
        catch
        {
            await ended.CancelAsync();
            await tending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)succession).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (succession.IsCompletedSuccessfully && succession.Result is { } next)
                await next.DisposeAsync();
            throw;
        }
    }

    /// <summary>Follows the topics while the socket is open.</summary>
    private async Task TendAsync(ChannelLink link, INotificationSink sink, CancellationToken aborting, CancellationToken ended)
    {
        var subscribedAt = _time.GetTimestamp();
        link.SubscriptionUpdated = () =>
        {
            // Soon after our own change it tells of that one. Else somebody took our topics away, and gets them back.
            if (_time.GetElapsedTime(Volatile.Read(ref subscribedAt)) > ChannelTiming.OwnUpdate)
                topics.Assign(topics.Current.Topics, null);
        };
        try
        {
            for (var policy = new ReconnectPolicy(supplies.Random); ;)
            {
                var wanted = await topics.AfterAsync(link.Topics, ended);
                var startedAt = _time.GetTimestamp();
                Volatile.Write(ref subscribedAt, startedAt);
                var outcome = await supplies.Opener.SubscribeAsync(link.Channel, topics, wanted, ended);
                if (outcome is ChannelOutcome<IReadOnlyList<TopicResult>>.Ok)
                {
                    policy = new ReconnectPolicy(supplies.Random);
                    link.Topics = wanted.Number;
                    if (_channel == link.Channel)
                        _subscribed = wanted.Number;
                    supplies.Board.Set(number, SourceState.Connected);
                    if (topics.TakeUnheard(wanted.Number) is { } from)
                        await MissedAsync(sink, from, _time.GetUtcNow(), aborting);
                    continue;
                }

                if (outcome is ChannelOutcome<IReadOnlyList<TopicResult>>.Gone)
                {
                    link.Ask("lost"); // its successor gets the topics as they are then
                    return;
                }

                var failed = ChannelOpener.Failed(outcome, "a subscription");
                var delay = failed is LinkOutcome.Refused ? ReconnectPolicy.Slow : policy.AfterFailure(failed.AsFailure(), _time.GetElapsedTime(startedAt));
                supplies.Board.Set(number, failed is LinkOutcome.Refused ? SourceState.SubscriptionRefused : SourceState.Connected, $"The topics could not be changed: {ReasonOf(failed)}");
                await Task.Delay(delay, _time, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The socket has ended.
        }
    }

    /// <summary>Waits until the socket is to be replaced, and has another one take over: that one is made, subscribed, connected and has spoken before the old one is closed.</summary>
    private async Task<ChannelLink?> SucceedAsync(ChannelLink old, INotificationSink sink, LinkTokens tokens, CancellationToken ended)
    {
        ChannelLink? next = null;
        var hasTurn = false;
        try
        {
            var reason = await WhyReplaceAsync(old, ended);
            await supplies.Turn.WaitAsync(ended);
            hasTurn = true;
            LogReplacing(supplies.Logger, number, reason);
            var policy = new ReconnectPolicy(supplies.Random);
            while (true)
            {
                var startedAt = _time.GetTimestamp();
                if (reason == "age")
                    supplies.Tokens.Invalidate(old.Channel.Grant.Token);
                var outcome = await supplies.Opener.OpenNewAsync(topics, reason, sink, tokens, ended);
                if (outcome is LinkOutcome.Opened opened)
                {
                    next = opened.Link;
                    if (await SpeaksAsync(next, ended))
                    {
                        if (old.IsSilent)
                            old.Abort();
                        else
                            old.BeginCatchUp();
                        await ((Task)old.Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // until then it counts as connected: a third one's place would be that of the second
                        return next;
                    }

                    var silent = next;
                    next = null;
                    await silent.DisposeAsync();
                    outcome = new LinkOutcome.Failed(new ConnectOutcome.Failed("closed", "the new channel ended before it had spoken", null, HadToken: true));
                }

                var delay = outcome is LinkOutcome.Refused ? ReconnectPolicy.Slow : policy.AfterFailure(outcome.AsFailure(), _time.GetElapsedTime(startedAt));
                supplies.Board.Set(number, SourceState.Connected, $"A channel that ends soon could not be replaced: {ReasonOf(outcome)}");
                LogReplacementFailed(supplies.Logger, number, ReasonOf(outcome), delay.TotalSeconds);
                await Task.Delay(delay, _time, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return next; // the old one has ended: whoever waited for that looks at the new one
        }
        finally
        {
            if (hasTurn)
                supplies.Turn.Release();
        }
    }

    private async Task<string> WhyReplaceAsync(ChannelLink old, CancellationToken ended)
    {
        using var due = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var age = Task.Delay(ChannelRenewal.DueIn(old.Channel, _time.ToSystemTime(old.ConnectedAt), old.ConnectedAt, supplies.Random()), _time, due.Token);
        await Task.WhenAny(age, old.Wish);
        var reason = old.Wish.IsCompletedSuccessfully ? await old.Wish : "age";
        await due.CancelAsync();
        ended.ThrowIfCancellationRequested();
        return reason;
    }

    /// <summary>Whether a new socket says anything. It is asked to, and a heartbeat would come in any case.</summary>
    private async Task<bool> SpeaksAsync(ChannelLink next, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var patience = Task.Delay(ChannelTiming.Speak, _time, enough.Token);
        _ = next.PingAsync();
        await Task.WhenAny(next.Spoke, next.Completion, patience);
        await enough.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return next.Spoke.IsCompleted;
    }

    /// <summary>Decides what follows the end of a socket.</summary>
    /// <returns>The socket to go on with, if there is one, and since when nobody has listened, if so.</returns>
    private async Task<(ChannelLink? Link, MonotonicTime? LostAt)> JudgeAsync(ChannelLink old, LinkEnd end, ChannelLink? next, CancellationToken ending)
    {
        if (next is { Spoke.IsCompleted: true })
        {
            Adopt(next);
            if (end is { IsClean: false } && old.IsSilent)
                NoteLost(end);
            LogReplaced(supplies.Logger, number);

            // One that did not come to its end may have held what was sent before the new one was there, and not been read: the margin around a gap covers that.
            return end.IsClean ? (next, null) : (next, end.LastLife < next.ConnectedAt ? end.LastLife : next.ConnectedAt);
        }

        NoteLost(end);
        if (next is not null && await SpeaksAsync(next, ending))
        {
            next.ListensSince = next.SpokeAt; // while the old one was dying it had shown no life
            Adopt(next);
            return (next, end.LastLife);
        }

        if (next is not null)
            await next.DisposeAsync();
        supplies.Board.Set(number, SourceState.BackingOff, "Not connected: the channel has ended");
        await RestAsync(old, end, ending);
        return (null, end.LastLife);
    }

    private void NoteLost(LinkEnd end)
    {
        supplies.Specification.Reconnecting();
        LogLost(supplies.Logger, number, end.Socket.Code, CloseCodes.Meaning(end.Socket.Code), end.Why, end.Socket.Reason);
    }

    /// <summary>Forgets what must not be used again, and waits before the first attempt.</summary>
    private async Task RestAsync(ChannelLink old, LinkEnd end, CancellationToken ending)
    {
        var delay = _policy.AfterClose(CloseCodes.Abnormal, old.HeardNotification, _time.GetMonotonicTime() - old.ConnectedAt);
        if (_policy.Attempt <= 1)
            delay = ChannelTiming.FirstJitter * supplies.Random();
        switch (end.Why)
        {
            case LinkEndReason.Evicted:
                (_channel, _reason) = (null, "evicted");
                delay = supplies.Evictions.Note(supplies.Random());
                break;
            case LinkEndReason.TokenRevoked:
                supplies.Tokens.Invalidate(old.Channel.Grant.Token);
                (_channel, _reason) = (null, "token");
                break;
            default:
                break;
        }

        supplies.Board.Refresh();
        await Task.Delay(delay, _time, ending);
    }

    private static async Task LetGoAsync(ChannelLink link, CancellationToken stopping, CancellationToken aborting)
    {
        if (stopping.IsCancellationRequested && !aborting.IsCancellationRequested)
            await ((Task)link.Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // its close is under way
        await link.DisposeAsync();
    }

    private void Count(ConnectOutcome failure) => supplies.Metrics.ConnectFailures.Add(1, new KeyValuePair<string, object?>("error.type", failure switch
    {
        ConnectOutcome.TokenRefused => "token_refused",
        ConnectOutcome.HandshakeRefused { Status: 401 } => "401",
        ConnectOutcome.HandshakeRefused { Status: 403 } => "403",
        ConnectOutcome.HandshakeRefused => "4xx",
        ConnectOutcome.Failed failed => failed.ErrorType,
        _ => "_OTHER",
    }));

    private static string ReasonOf(LinkOutcome outcome) => ReasonOf(outcome.AsFailure());

    private static string ReasonOf(ConnectOutcome failure) => failure switch
    {
        ConnectOutcome.TokenRefused refused => refused.Reason,
        ConnectOutcome.HandshakeRefused refused => $"the handshake of a new channel was answered {refused.Status}",
        ConnectOutcome.Failed failed => failed.Reason,
        _ => "",
    };

    /// <returns>Done only if that task fails.</returns>
    private static Task FaultOf(Task task) =>
        task.ContinueWith(static done => done.IsFaulted ? Task.CompletedTask : new TaskCompletionSource().Task, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Unwrap();
}
