using System.Net;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Http;

namespace Tieline.Genesys;

/// <summary>Makes one attempt to have a channel listened to: created, subscribed, and only then connected, so that no early event is missed.</summary>
internal sealed partial class ChannelOpener(
    ChannelClient client,
    TokenProvider tokens,
    HttpMessageInvoker http,
    TopicTable table,
    TielineMetrics metrics,
    SpecificationMetrics specification,
    StreamTiming timing,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>With a new channel.</summary>
    /// <param name="reason">Why, as a metric's tag.</param>
    /// <returns>Throws only for cancellation.</returns>
    public async Task<LinkOutcome> OpenNewAsync(TopicSet topics, string reason, INotificationSink sink, LinkTokens ending, CancellationToken cancellation)
    {
        var created = await client.CreateAsync(cancellation);
        if (created is not ChannelOutcome<NotificationChannel>.Ok(var channel))
            return Failed(created, "the creation of a channel");
        metrics.ChannelsMade.Add(1, new KeyValuePair<string, object?>("tieline.channel.reason", reason));
        return await SubscribeAndConnectAsync(channel, subscribed: 0, topics, isNew: true, sink, ending, cancellation);
    }

    /// <summary>With a channel whose socket has gone.</summary>
    /// <param name="subscribed">The version of the topics that it has.</param>
    public async Task<LinkOutcome> ReopenAsync(NotificationChannel channel, long subscribed, TopicSet topics, INotificationSink sink, LinkTokens ending, CancellationToken cancellation)
    {
        var verified = await client.VerifyAsync(channel, cancellation);
        return verified is ChannelOutcome<NotificationChannel>.Ok
            ? await SubscribeAndConnectAsync(channel, subscribed, topics, isNew: false, sink, ending, cancellation)
            : Failed(verified, "a look at the channel");
    }

    /// <summary>Gives a channel its topics, and notes what became of each: one that was refused and is not any more has not been heard meanwhile.</summary>
    /// <param name="version">Which of the topics' versions.</param>
    public async Task<ChannelOutcome<IReadOnlyList<TopicResult>>> SubscribeAsync(NotificationChannel channel, TopicSet topics, TopicSet.Version version, CancellationToken cancellation)
    {
        var outcome = await client.SubscribeAsync(channel, version.Topics, cancellation);
        if (outcome is not ChannelOutcome<IReadOnlyList<TopicResult>>.Ok(var results))
            return outcome;
        var (nowRefused, unheardSince) = table.Note(results, time.GetUtcNow());
        if (unheardSince is { } since)
            topics.MissedSince(since);
        foreach (var refused in nowRefused)
        {
            metrics.TopicsRefused.Add(1);
            LogTopicRefused(logger, refused.Topic, refused.MissingPermissions.Count == 0 ? "(not said)" : string.Join(", ", refused.MissingPermissions));
        }

        return outcome;
    }

    /// <summary>What a call that did not go well means for the attempt that it was a part of.</summary>
    public static LinkOutcome Failed<T>(ChannelOutcome<T> outcome, string what) => outcome switch
    {
        ChannelOutcome<T>.Gone => new LinkOutcome.ChannelLost($"Genesys answered 404 to {what}"),
        ChannelOutcome<T>.Refused refused => new LinkOutcome.Refused(refused.Reason),
        ChannelOutcome<T>.TokenRefused refused => new LinkOutcome.Failed(new ConnectOutcome.TokenRefused(refused.Reason)),
        ChannelOutcome<T>.Retry retry => new LinkOutcome.Failed(
            new ConnectOutcome.Failed(retry.HadToken ? "channel_unavailable" : "token_unavailable", retry.Reason, retry.After, retry.HadToken)),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "is no failure"),
    };

    private async Task<LinkOutcome> SubscribeAndConnectAsync(
        NotificationChannel channel, long subscribed, TopicSet topics, bool isNew, INotificationSink sink, LinkTokens ending, CancellationToken cancellation)
    {
        var current = topics.Current;
        if (current.Number != subscribed)
        {
            var outcome = await SubscribeAsync(channel, topics, current, cancellation);
            if (outcome is not ChannelOutcome<IReadOnlyList<TopicResult>>.Ok)
                return Failed(outcome, "a subscription");
        }

        var (socket, failure) = await ConnectAsync(channel, isNew, cancellation);
        return socket is null
            ? failure!
            : new LinkOutcome.Opened(ChannelLink.Start(channel, socket, current.Number, sink, metrics, specification, time, ending.Stopping, ending.Aborting));
    }

    private async Task<(StreamSocket? Socket, LinkOutcome? Failure)> ConnectAsync(NotificationChannel channel, bool isNew, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();

        // Without a time-out .NET would send pongs that nobody answers, and no pings. The documented probe is a message, and it decides (ChannelLink).
        socket.Options.KeepAliveInterval = timing.KeepAliveInterval;
        socket.Options.KeepAliveTimeout = ChannelTiming.NetPong;
        socket.Options.CollectHttpResponseDetails = true;
        var uri = new Uri(channel.ConnectUri.Reveal());
        var silence = new SilenceMeter(time);
        using var timeout = new CancellationTokenSource(timing.Connect, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            await SocketHandshake.ConnectAsync(socket, uri, http, () => Heard(silence), either.Token);
            socket.HttpResponseHeaders = null; // kept as long as the socket otherwise
            return (new StreamSocket(socket, channel.Grant, timing, time, silence, ChannelTiming.MaxFrame), null);
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            var status = (int)socket.HttpStatusCode;
            var retryAfter = HandshakeTrouble.RetryAfterOf(socket, time.GetUtcNow());
            socket.Dispose();
            cancellation.ThrowIfCancellationRequested();
            return (null, Judge(channel, uri, status, retryAfter, isNew, e, timeout.IsCancellationRequested));
        }
    }

    private void Heard(SilenceMeter silence)
    {
        silence.Heard();
        specification.Heard();
    }

    private LinkOutcome Judge(NotificationChannel channel, Uri uri, int status, TimeSpan? retryAfter, bool isNew, Exception e, bool timedOut)
    {
        if (status is 0 or (int)HttpStatusCode.SwitchingProtocols)
            return new LinkOutcome.Failed(HandshakeTrouble.Unreachable(uri, e, timedOut, timing.Connect));
        if (AnswerTable.Of(Asked.ChannelHandshake, status) == AnswerMeaning.ServerFailed)
            return new LinkOutcome.Failed(new ConnectOutcome.Failed(status == 429 ? "429" : "5xx", $"the channel's handshake was answered {status}", retryAfter, HadToken: true));
        if (status == (int)HttpStatusCode.Unauthorized || isNew)
            tokens.Invalidate(channel.Grant.Token);

        // A channel that was made for this attempt cannot have gone by itself: the next one waits its turn.
        return isNew
            ? new LinkOutcome.Failed(new ConnectOutcome.HandshakeRefused(status, Fresh: true))
            : new LinkOutcome.ChannelLost($"the channel's handshake was answered {status}");
    }

    [LoggerMessage(EventId = 1050, EventName = "TopicRefused", Level = LogLevel.Warning, Message = "Genesys refuses the topic {Topic}; missing permissions: {Permissions}")]
    private static partial void LogTopicRefused(ILogger logger, string topic, string permissions);
}
