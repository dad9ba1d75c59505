using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Events;

namespace Tieline.Genesys;

/// <summary>Sees to it that an open socket has a successor before its token dies: opens a second one, waits until it has spoken and the old one has caught up,
/// then closes the old one. So nothing is missed in between.</summary>
/// <remarks>It runs beside the loop that reads the old socket. Whichever of the two sees that the old has caught up begins its close; the loop reads the old to
/// its end, and goes on with <see cref="Next"/>. What both sockets carried comes twice, and the sequencer drops it.</remarks>
internal sealed partial class SocketSuccession(
    StreamSocket old, StreamConnector connector, SourceStatus status, Func<double> random, StreamTiming timing, TimeProvider time, ILogger logger)
{
    private const long None = -1;

    /// <summary>However short a token's life: no socket is replaced sooner than this after it was opened.</summary>
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(1);

    private long _lastOfOld = None;
    private long _firstOfNext = None;

    /// <summary>The successor, once it is open and as long as it lives. Read it when <see cref="RunAsync"/> has ended.</summary>
    public StreamSocket? Next { get; private set; }

    /// <summary>The receive on <see cref="Next"/> that is under way or done: its outcome is the first thing to handle.</summary>
    public Task<Received>? NextReceive { get; private set; }

    /// <summary>Whether the successor is known to have been subscribed while the old socket lived.</summary>
    public bool HasSpoken => Volatile.Read(ref _firstOfNext) != None;

    /// <summary>The reading loop's word on how far it has come; called after each frame.</summary>
    public void OldHas(long? lastSequence)
    {
        // A full fence on either side: of the loop and RunAsync at least one sees what the other wrote.
        Interlocked.Exchange(ref _lastOfOld, lastSequence ?? None);
        if (HasCaughtUp())
            old.BeginClose();
    }

    /// <summary>Runs until the successor has taken over or the old socket has ended.</summary>
    /// <param name="ended">The old socket has ended, or the service stops.</param>
    public async Task RunAsync(CancellationToken ended)
    {
        try
        {
            var wait = old.Grant.RenewAt - time.GetMonotonicTime();
            await Task.Delay(wait > _shortest ? wait : _shortest, time, ended);
            LogRenewing(logger, old.Grant.ExpiresAt);
            var policy = new ReconnectPolicy(random);
            while (true)
            {
                var startedAt = time.GetTimestamp();
                connector.Invalidate(old.Grant.Token);
                var outcome = await connector.ConnectAsync(ended);
                if (outcome is ConnectOutcome.Opened opened)
                {
                    policy.Opened();
                    status.Set(SourceState.Connected);
                    if (await HearAsync(opened.Socket, ended))
                        break;
                    await opened.Socket.DisposeAsync();
                    outcome = new ConnectOutcome.Failed("closed", "the new socket closed before it was needed", null, HadToken: true);
                }

                var delay = policy.AfterFailure(outcome, time.GetElapsedTime(startedAt));
                var reason = ReasonOf(outcome);
                status.Set(SourceState.Connected, $"The connection could not be renewed before its token ends at {EventTime.ToText(old.Grant.ExpiresAt)}: {reason}");
                LogRenewalFailed(logger, delay.TotalSeconds, reason);
                await Task.Delay(delay, time, ended);
            }

            if (!HasCaughtUp())
                await Task.Delay(timing.CatchUp, time, ended);
            old.BeginClose();
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The loop has come to the old socket's end, and looks at Next.
        }
    }

    /// <summary>Waits for the new socket's first event. False if it ended instead.</summary>
    private async Task<bool> HearAsync(StreamSocket next, CancellationToken ended)
    {
        Next = next;
        while (true)
        {
            NextReceive = next.ReceiveAsync().AsTask();
            var received = await NextReceive.WaitAsync(ended); // cancelled, the receive goes on, and the loop takes it over
            if (received == Received.End)
            {
                Next = null;
                NextReceive = null;
                return false;
            }

            // Frames without a number are about the stream, not of it: the old socket has had its own.
            if (received == Received.Frame && EventSkimmer.Skim(next.Frame.Span).Sequence is { } first)
            {
                Interlocked.Exchange(ref _firstOfNext, first);
                return true;
            }
        }
    }

    private bool HasCaughtUp()
    {
        var first = Volatile.Read(ref _firstOfNext);
        return first != None && Volatile.Read(ref _lastOfOld) >= first - 1;
    }

    private static string ReasonOf(ConnectOutcome outcome) => outcome switch
    {
        ConnectOutcome.TokenRefused refused => refused.Reason,
        ConnectOutcome.HandshakeRefused refused => $"the handshake was answered {refused.Status}",
        ConnectOutcome.Failed failed => failed.Reason,
        _ => "",
    };
}
