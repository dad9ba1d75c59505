using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>From one connection to the end of the last socket that took over from it without a break: reads, hands on, and lets successors follow.</summary>
/// <param name="succeed">Makes the successor's keeper of a socket.</param>
internal sealed partial class StreamSession(
    IFrameSink sink,
    Func<StreamSocket, SocketSuccession> succeed,
    TielineMetrics metrics,
    SpecificationMetrics specification,
    ILogger logger)
{
    /// <summary>Counting every frame by itself would be felt at full speed.</summary>
    private const int FramesPerCount = 1024;

    private int _uncounted;

    /// <summary>Whether an event came: the connection has proved itself.</summary>
    public bool HeardEvent { get; private set; }

    /// <summary>The token of the socket that was read last.</summary>
    public TokenOutcome.Granted? Grant { get; private set; }

    /// <summary>Reads until the last live socket has gone, and disposes of all of them.</summary>
    /// <returns>How it ended. What the sink throws passes through.</returns>
    public async Task<SocketEnd> RunAsync(StreamSocket socket, CancellationToken stopping, CancellationToken aborting)
    {
        Task<Received>? first = null;
        var continuous = false;
        try
        {
            while (true)
            {
                Grant = socket.Grant;
                LogConnected(logger, continuous, socket.Grant.ExpiresAt);
                var succession = succeed(socket);
                var end = await ReadAsync(socket, first, continuous, succession, stopping, aborting);
                Note(end, hasSuccessor: succession.Next is not null);
                if (succession.Next is not { } next)
                    return end;
                if (stopping.IsCancellationRequested || aborting.IsCancellationRequested)
                {
                    await succession.LetGoAsync();
                    return end;
                }

                (socket, first, continuous) = (next, succession.NextReceive, succession.IsContinuous);
            }
        }
        finally
        {
            specification.Disconnected();
            sink.OnDisconnected();
        }
    }

    private async Task<SocketEnd> ReadAsync(
        StreamSocket socket, Task<Received>? first, bool continuous, SocketSuccession succession, CancellationToken stopping, CancellationToken aborting)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborting);
        await using var stop = stopping.UnsafeRegister(static socket => ((StreamSocket)socket!).BeginClose(), socket);
        await using var abort = aborting.UnsafeRegister(static socket => ((StreamSocket)socket!).Abort(), socket);
        var renewal = Task.CompletedTask;
        var isDone = false;
        try
        {
            metrics.Connections.Add(1);
            specification.Connected();
            sink.OnConnected(continuous);
            succession.OldHas(sink.LastSequence);
            renewal = succession.RunAsync(ended.Token);
            await ReadFramesAsync(socket, first, succession, aborting);
            isDone = true;
            return socket.End;
        }
        finally
        {
            CountFrames();
            await ended.CancelAsync();
            await renewal;
            if (!isDone)
                await succession.LetGoAsync();
            await socket.DisposeAsync();
        }
    }

    private async Task ReadFramesAsync(StreamSocket socket, Task<Received>? first, SocketSuccession succession, CancellationToken aborting)
    {
        var received = await (first ?? socket.ReceiveAsync().AsTask());
        while (received != Received.End)
        {
            if (received == Received.Frame)
            {
                if (++_uncounted >= FramesPerCount)
                    CountFrames();
                HeardEvent = HeardEvent || EventSkimmer.Skim(socket.Frame.Span).Sequence is not null;
                var taken = sink.OnFrameAsync(socket.Frame, aborting);
                await (taken.IsCompleted ? taken : UnreadAsync(taken, socket.Silence));
                succession.OldHas(sink.LastSequence);
            }
            else
            {
                sink.OnRefused(received == Received.Binary ? Events.FrameFault.Binary : Events.FrameFault.TooBig);
            }

            var next = socket.ReceiveAsync();
            if (!next.IsCompleted)
                CountFrames();
            received = await next;
        }

        if (socket.HeardInvalidUtf8)
            sink.OnRefused(Events.FrameFault.NotJson);
    }

    /// <summary>While the sink takes its time, nothing is read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask UnreadAsync(ValueTask taken, SilenceMeter silence)
    {
        silence.PauseReading();
        specification.PauseReading();
        try
        {
            await taken;
        }
        finally
        {
            specification.ResumeReading();
            silence.ResumeReading();
        }
    }

    private void CountFrames()
    {
        if (_uncounted > 0)
            metrics.Frames.Add(_uncounted);
        _uncounted = 0;
    }

    private void Note(SocketEnd end, bool hasSuccessor)
    {
        metrics.Closes.Add(1, new KeyValuePair<string, object?>("tieline.close.code", CloseCodes.Tag(end.Code)));
        if (end.IsPlanned)
        {
            LogClosed(logger, end.Code);
            return;
        }

        LogLost(logger, end.Code, CloseCodes.Meaning(end.Code), end.Reason);

        // Where the next socket was open already, the old token's end was to be expected.
        if (!hasSuccessor || end.Code != CloseCodes.TokenExpired)
            specification.Reconnecting();
    }
}
