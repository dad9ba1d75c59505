using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Events;

namespace Tieline.Genesys;

/// <summary>Sees to it that an open socket has a successor before its token ends, and when nothing comes over it any more: opens a second one beside it, waits until that has spoken, then lets go of the old one.</summary>
/// <remarks>It runs beside the loop that reads the old socket. Whichever of the two sees that the old has caught up begins its close; the loop reads the old to
/// its end, and goes on with <see cref="Next"/>. What both sockets carried comes twice, and the sequencer drops it.</remarks>
internal sealed partial class SocketSuccession(
    StreamSocket old, StreamConnector connector, SourceStatus status, Func<double> random, StreamTiming timing, TimeProvider time, ILogger logger)
{
    private const long None = -1;

    /// <summary>However short a token's life: no socket is replaced sooner than this after it was opened.</summary>
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(1);

    private readonly MonotonicTime _openedAt = time.GetMonotonicTime();
    private long _lastOfOld = None;
    private long _firstOfNext = None;
    private volatile bool _isSilent;
    private bool _isCut;

    /// <summary>The successor, once it is open and as long as it lives. Read it when <see cref="RunAsync"/> has ended.</summary>
    public StreamSocket? Next { get; private set; }

    /// <summary>The receive on <see cref="Next"/> that is under way or done: its outcome is the first thing to handle.</summary>
    public Task<Received>? NextReceive { get; private set; }

    /// <summary>Whether the successor is known to have been subscribed while the old socket still told everything.</summary>
    public bool IsContinuous => !_isCut && Volatile.Read(ref _firstOfNext) != None;

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
            while (await IsSilentAsync(ended))
            {
                if (await ReplaceSilentAsync(ended))
                    return;
            }

            LogRenewing(logger, old.Grant.ExpiresAt);
            await OpenAsync($"The connection could not be renewed before its token ends at {EventTime.ToText(old.Grant.ExpiresAt)}", withNewToken: true, ended);
            await CatchUpAsync(ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The loop has come to the old socket's end, and looks at Next.
        }
    }

    /// <summary>Closes a successor that is not needed. Its receive is under way: its end comes first, then its buffer goes.</summary>
    public async Task LetGoAsync()
    {
        if (Next is not { } next)
            return;
        var received = NextReceive!;
        (Next, NextReceive) = (null, null);
        Interlocked.Exchange(ref _firstOfNext, None);
        next.BeginClose();
        while (await received != Received.End)
            received = next.ReceiveAsync().AsTask();
        await next.DisposeAsync();
    }

    /// <summary>Waits until the token is due for renewal, or the socket has been silent for too long.</summary>
    private async Task<bool> IsSilentAsync(CancellationToken ended)
    {
        var renewAt = old.Grant.RenewAt > _openedAt + _shortest ? old.Grant.RenewAt : _openedAt + _shortest;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var wait = renewAt - time.GetMonotonicTime();
        var renewal = Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, enough.Token);
        var silence = old.Silence.SilentAsync(SilenceLimits.Stream.Overdue, enough.Token);
        var first = await Task.WhenAny(renewal, silence);
        await enough.CancelAsync();
        ended.ThrowIfCancellationRequested();
        return first == silence && time.GetMonotonicTime() < renewAt; // where both are due, a new token is needed in any case
    }

    /// <summary>Opens a second socket beside one that is silent; whichever speaks first is kept.</summary>
    /// <returns>False where that is the old one.</returns>
    private async Task<bool> ReplaceSilentAsync(CancellationToken ended)
    {
        var heard = old.Silence.HeardAsync();
        _isSilent = true;
        LogSilent(logger, SilenceLimits.Stream.Overdue.TotalSeconds);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var opening = OpenAsync("Genesys does not answer, and a second connection could not be opened beside the first", withNewToken: false, enough.Token);
        await Task.WhenAny(opening, heard);
        await enough.CancelAsync();
        await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ended.ThrowIfCancellationRequested();
        if (opening.IsCanceled)
        {
            LogHeardAgain(logger);
            await LetGoAsync();
            _isSilent = false;
            status.Set(SourceState.Connected);
            return false;
        }

        await opening;
        if (heard.IsCompleted)
        {
            await CatchUpAsync(ended); // both speak
            return true;
        }

        _isCut = !HasCaughtUp();
        old.Abort($"no answer for {SilenceLimits.Stream.Overdue.TotalSeconds:F0} s, a second connection has taken over");
        return true;
    }

    /// <summary>Opens <see cref="Next"/>, however often that fails, and waits until it has spoken.</summary>
    /// <param name="trouble">What is said of a failure, before its reason.</param>
    private async Task OpenAsync(string trouble, bool withNewToken, CancellationToken ended)
    {
        var policy = new ReconnectPolicy(random);
        while (true)
        {
            var startedAt = time.GetTimestamp();
            if (withNewToken)
                connector.Invalidate(old.Grant.Token);
            var outcome = await connector.ConnectAsync(ended);
            if (outcome is ConnectOutcome.Opened opened)
            {
                policy.Opened();
                status.Set(SourceState.Connected);
                if (await HearAsync(opened.Socket, ended))
                    return;
                await opened.Socket.DisposeAsync();
                outcome = new ConnectOutcome.Failed("closed", "the new socket closed before it was needed", null, HadToken: true);
            }

            var delay = policy.AfterFailure(outcome, time.GetElapsedTime(startedAt));
            var reason = ReasonOf(outcome);
            status.Set(SourceState.Connected, $"{trouble}: {reason}");
            LogRenewalFailed(logger, delay.TotalSeconds, reason);
            await Task.Delay(delay, time, ended);
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

            // Frames without a number are about the stream, not of it: the old socket has had its own. One that is silent has not, and any frame shows which of the two lives.
            var sequence = received == Received.Frame ? EventSkimmer.Skim(next.Frame.Span).Sequence : null;
            if (sequence is { } first)
                Interlocked.Exchange(ref _firstOfNext, first);
            if (sequence is not null || _isSilent)
                return true;
        }
    }

    /// <summary>Has the old socket closed once it has been read up to where the new one began.</summary>
    private async Task CatchUpAsync(CancellationToken ended)
    {
        if (!HasCaughtUp())
            await Task.Delay(timing.CatchUp, time, ended);
        old.BeginClose();
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
