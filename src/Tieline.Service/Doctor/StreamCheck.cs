using Tieline.Genesys;

namespace Tieline.Service.Doctor;

/// <summary>Opens the analytics stream as Tieline does, listens for a moment, and closes it in order. What it hears is counted and let go.</summary>
/// <remarks>A Tieline that runs keeps its own socket: Genesys takes several, and a planned renewal rests on that.</remarks>
internal sealed class StreamCheck(GenesysAccess genesys) : ICheck
{
    private static readonly TimeSpan _listen = TimeSpan.FromSeconds(2);

    public string Name => "stream";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        if (await genesys.WithoutTokenAsync(Name, cancellation) is { } without)
            return [without];
        var connector = new StreamConnector(genesys.Tokens, genesys.Http, genesys.Endpoints.Stream, genesys.Options.Subscription, new StreamTiming(), genesys.Time);
        var started = genesys.Time.GetTimestamp();
        return
        [
            await connector.ConnectAsync(cancellation) switch
            {
                ConnectOutcome.Opened opened => await ListenAsync(opened.Socket, genesys.Time.GetElapsedTime(started), cancellation),
                ConnectOutcome.HandshakeRefused refused => new Finding(
                    Name, null, Verdict.Fail, $"the handshake was answered {refused.Status}, with a token made a moment ago", "Check the scopes or roles of the OAuth client, and that the stream is enabled for the org."),
                ConnectOutcome.Failed failed => Finding.Of(Name, null, Verdict.Fail, failed.Reason, "Try again in a while; check Genesys:Region and Genesys:StreamUrl."),
                ConnectOutcome.TokenRefused refused => Finding.Of(Name, null, Verdict.Fail, refused.Reason, "Check Genesys:ClientId and Genesys:ClientSecret."),
                var other => throw new InvalidOperationException($"Unknown connect outcome {other.GetType().Name}"),
            },
        ];
    }

    private async Task<Finding> ListenAsync(StreamSocket socket, TimeSpan took, CancellationToken cancellation)
    {
        await using (socket)
        {
            var first = socket.ReceiveAsync().AsTask();
            await Task.WhenAny(first, Task.Delay(_listen, genesys.Time, cancellation));
            var hasEnded = first.IsCompleted && await first == Received.End;
            if (hasEnded)
            {
                return new Finding(
                    Name, null, Verdict.Fail, $"opened in {took.TotalMilliseconds:F0} ms, then closed by Genesys: {socket.End.Code} ({CloseCodes.Meaning(socket.End.Code)})",
                    "Check the scopes or roles of the OAuth client, and Genesys:Subscription.");
            }

            var heard = first.IsCompleted ? "events flow" : $"no event within {_listen.TotalSeconds} s, which a quiet hour explains";
            socket.BeginClose();
            for (var received = await first; received != Received.End;)
                received = await socket.ReceiveAsync();
            cancellation.ThrowIfCancellationRequested();
            return new Finding(Name, null, Verdict.Pass, $"opened and subscribed in {took.TotalMilliseconds:F0} ms; {heard}");
        }
    }
}
