using System.Net.WebSockets;
using Tieline.Diagnostics;
using Tieline.Genesys;

namespace Tieline.Service.Doctor;

/// <summary>Makes a notification channel of its own, subscribes it to what is configured, opens its socket, hears one answer, and gives all of it back.</summary>
/// <remarks>A Tieline that runs keeps its channels: each has its own copy of every notification. Only the client's quota is shared, and it is looked at first.</remarks>
internal sealed class ChannelCheck(GenesysAccess genesys) : ICheck
{
    /// <summary>Genesys: per OAuth client. One more takes the place of one that has no socket at that moment.</summary>
    private const int Quota = 20;

    private const string Later = "Try again in a while.";

    /// <summary>For the handshake, and for the answer to a ping.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    public string Name => "channel";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        if (await genesys.WithoutTokenAsync(Name, cancellation) is { } without)
            return [without];
        var listed = await genesys.Channels.ListAsync(cancellation);
        if (listed is not ChannelOutcome<IReadOnlyList<ListedChannel>>.Ok(var channels))
            return [Trouble(listed)];
        if (channels.Count >= Quota)
        {
            return
            [
                new Finding(
                    Name, null, Verdict.Warn, $"the OAuth client has {channels.Count} channels, of {Quota} at most: not tried, since one more could take the place of one that is needed",
                    "Channels end by themselves within a day; give every program an OAuth client of its own."),
            ];
        }

        var created = await genesys.Channels.CreateAsync(cancellation);
        if (created is not ChannelOutcome<NotificationChannel>.Ok(var channel))
            return [Trouble(created)];
        try
        {
            var topics = await new TopicCheck(genesys).RunAsync(channel, cancellation);
            return [await ListenAsync(channel, $"; {channels.Count} of {Quota} channels were there", cancellation), .. topics];
        }
        finally
        {
            await genesys.Channels.ReleaseAsync(channel);
        }
    }

    private Finding Trouble<T>(ChannelOutcome<T> outcome) => outcome switch
    {
        ChannelOutcome<T>.Refused refused => Finding.Of(Name, null, Verdict.Fail, refused.Reason, "Check the roles and divisions of the OAuth client."),
        ChannelOutcome<T>.TokenRefused refused => Finding.Of(Name, null, Verdict.Fail, refused.Reason, "Check Genesys:ClientId and Genesys:ClientSecret."),
        ChannelOutcome<T>.Retry retry => Finding.Of(Name, null, Verdict.Fail, retry.Reason, Later),
        _ => new Finding(Name, null, Verdict.Fail, $"{genesys.Endpoints.Api.Host} knows no notification channels (404)", "Check Genesys:Region and Genesys:ApiUrl."),
    };

    /// <param name="quota">For the finding's end.</param>
    private async Task<Finding> ListenAsync(NotificationChannel channel, string quota, CancellationToken cancellation)
    {
        // Only the host may be told of this address: whoever has the rest reads the events.
        var uri = new Uri(channel.ConnectUri.Reveal());
        var time = genesys.Time;
        var started = time.GetTimestamp();
        var client = new ClientWebSocket();
        using var timeout = new CancellationTokenSource(_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            client.Options.CollectHttpResponseDetails = true;
            await client.ConnectAsync(uri, genesys.Http, either.Token);
            var opened = time.GetElapsedTime(started);
            await client.SendAsync("""{"message":"ping"}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, either.Token);
            await using var socket = new StreamSocket(client, channel.Grant, new StreamTiming(), time, new SilenceMeter(time));
            return await HearAsync(socket, either.Token, timeout.Token) is { } problem
                ? new Finding(Name, null, Verdict.Fail, $"opened at {uri.Host} in {opened.TotalMilliseconds:F0} ms, then {problem}", "Check that no proxy or firewall holds back or cuts WebSockets.")
                : new Finding(Name, null, Verdict.Pass, $"made, opened at {uri.Host} in {opened.TotalMilliseconds:F0} ms, answered a ping{quota}");
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or OperationCanceledException or IOException)
        {
            var status = (int)client.HttpStatusCode;
            client.Dispose();
            cancellation.ThrowIfCancellationRequested();
            return new Finding(
                Name, null, Verdict.Fail, $"made, but its socket at {uri.Host}:{uri.Port} cannot be opened ({(status is 0 or 101 ? timeout.IsCancellationRequested ? "no answer" : "no connection" : status)})",
                $"Open {uri.Host}:{uri.Port} outbound, for WebSockets too.");
        }
    }

    /// <summary>Waits for a pong or a heartbeat; what else comes is let go. Then closes in order.</summary>
    /// <returns>What went wrong; null where it was heard.</returns>
    private static async Task<string?> HearAsync(StreamSocket socket, CancellationToken waiting, CancellationToken timeout)
    {
        await using var giveUp = waiting.Register(socket.Abort);
        while (true)
        {
            var received = await socket.ReceiveAsync();
            if (received == Received.End)
                return timeout.IsCancellationRequested ? "nothing was heard" : $"closed by Genesys: {socket.End.Code} ({CloseCodes.Meaning(socket.End.Code)})";
            if (received == Received.Frame && ChannelFrames.Read(socket.Frame.Span, out _, out _) == ChannelFrame.Life)
                break;
        }

        socket.BeginClose();
        while (await socket.ReceiveAsync() != Received.End)
        {
            // Let go.
        }

        return null;
    }
}
