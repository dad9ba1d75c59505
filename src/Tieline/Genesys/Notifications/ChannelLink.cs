using Tieline.Diagnostics;
using Tieline.Events;

namespace Tieline.Genesys;

/// <summary>One open socket of a subscribed channel: reads it to its end, hands on what is a notification, and asks after it when it is silent.</summary>
internal sealed class ChannelLink : IAsyncDisposable
{
    private static readonly byte[] _ping = """{"message":"ping"}"""u8.ToArray();

    private readonly StreamSocket _socket;
    private readonly INotificationSink _sink;
    private readonly TielineMetrics _metrics;
    private readonly SpecificationMetrics _specification;
    private readonly TimeProvider _time;
    private readonly CancellationToken _aborting;
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _spoke = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _wish = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _stop;
    private readonly CancellationTokenRegistration _abort;
    private LinkEndReason _why;
    private MonotonicTime _lastLife;
    private long _heardAt;
    private volatile bool _isHandingOn;
    private volatile bool _isSilent;

    private ChannelLink(
        NotificationChannel channel, StreamSocket socket, long topics, INotificationSink sink, TielineMetrics metrics, SpecificationMetrics specification, TimeProvider time,
        CancellationToken stopping, CancellationToken aborting)
    {
        (Channel, Topics, _socket, _sink, _metrics, _specification, _time, _aborting) = (channel, topics, socket, sink, metrics, specification, time, aborting);
        ConnectedAt = ListensSince = _lastLife = time.GetMonotonicTime();
        _heardAt = time.GetTimestamp();
        _stop = stopping.UnsafeRegister(static socket => ((StreamSocket)socket!).BeginClose(), socket);
        _abort = aborting.UnsafeRegister(static socket => ((StreamSocket)socket!).Abort(), socket);
        Completion = RunAsync();
    }

    public NotificationChannel Channel { get; }

    /// <summary>The number of the version that the channel is subscribed to.</summary>
    public long Topics { get; set; }

    public MonotonicTime ConnectedAt { get; }

    /// <summary>Since when it is known to listen: since it was connected, unless that is in doubt.</summary>
    public MonotonicTime ListensSince { get; set; }

    /// <summary>When the first frame came. After <see cref="Spoke"/>.</summary>
    public MonotonicTime SpokeAt { get; private set; }

    /// <summary>Whether nothing comes over it, though it was asked: it is as good as lost.</summary>
    public bool IsSilent => _isSilent;

    /// <summary>Whether a notification came: the connection has proved itself.</summary>
    public bool HeardNotification { get; private set; }

    /// <summary>Done when any frame has come.</summary>
    public Task Spoke => _spoke.Task;

    /// <summary>Done when the socket should be replaced although it lives; why, as a metric's tag.</summary>
    public Task<string> Wish => _wish.Task;

    /// <summary>Done when nothing more will come. What the sink throws passes through.</summary>
    public Task<LinkEnd> Completion { get; }

    /// <summary>Called for <see cref="ChannelFrame.SubscriptionUpdated"/>.</summary>
    public Action? SubscriptionUpdated { get; set; }

    /// <summary>From here on the socket is read.</summary>
    /// <param name="topics">The version of the topics that the channel has.</param>
    public static ChannelLink Start(
        NotificationChannel channel, StreamSocket socket, long topics, INotificationSink sink, TielineMetrics metrics, SpecificationMetrics specification, TimeProvider time,
        CancellationToken stopping, CancellationToken aborting) => new(channel, socket, topics, sink, metrics, specification, time, stopping, aborting);

    /// <summary>Asks Genesys to say something.</summary>
    public Task PingAsync() => _socket.SendAsync(_ping);

    /// <summary>Asks to be replaced.</summary>
    public void Ask(string why) => _wish.TrySetResult(why);

    /// <summary>Closes with 1000; what still comes is handed on.</summary>
    public void BeginClose() => _socket.BeginClose();

    /// <summary>The same when another has taken over: what still comes may take its time.</summary>
    public void BeginCatchUp() => _socket.BeginClose(ChannelTiming.CatchUp);

    public void Abort() => _socket.Abort();

    /// <summary>Lets go; after <see cref="Completion"/>, or after <see cref="Abort"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await ((Task)Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task<LinkEnd> RunAsync()
    {
        await Task.Yield();
        _metrics.Connections.Add(1);
        _metrics.Channels.Add(1);
        var watch = Task.WhenAll(WatchAsync(), WatchBytesAsync());
        try
        {
            await ReadAsync();
            var code = _socket.End.Code;
            if (_why == LinkEndReason.Dropped && (code == 1008 || code is >= 4000 and < 5000))
                _why = LinkEndReason.TokenRevoked; // of a policy: neither the channel nor its token is to be trusted
            return new LinkEnd(_socket.End, _lastLife, _why);
        }
        finally
        {
            _metrics.Channels.Add(-1);
            _metrics.Closes.Add(1, new KeyValuePair<string, object?>("tieline.close.code", CloseCodes.Tag(_socket.End.Code)));
            await _ended.CancelAsync();
            await watch;
            await _stop.DisposeAsync();
            await _abort.DisposeAsync();
            await _socket.DisposeAsync();
        }
    }

    private async Task ReadAsync()
    {
        while (await _socket.ReceiveAsync() is var received && received != Received.End)
        {
            Heard();
            if (received == Received.Frame)
                await TakeAsync();
            else
                _sink.OnRefused(received == Received.Binary ? FrameFault.Binary : FrameFault.TooBig);
        }

        if (_socket.HeardInvalidUtf8)
            _sink.OnRefused(FrameFault.NotJson);
    }

    private void Heard()
    {
        Volatile.Write(ref _heardAt, _time.GetTimestamp());
        if (_why == LinkEndReason.Dropped)
            _lastLife = _time.GetMonotonicTime(); // after it was told that it is lost, nothing counts
        if (!_spoke.Task.IsCompleted)
        {
            SpokeAt = _time.GetMonotonicTime();
            _spoke.TrySetResult();
        }
    }

    private async ValueTask TakeAsync()
    {
        _metrics.Frames.Add(1);
        switch (ChannelFrames.Read(_socket.Frame.Span, out var fault, out var kind))
        {
            case ChannelFrame.Notification:
                HeardNotification = true;
                _metrics.Notifications.Add(1, new KeyValuePair<string, object?>("tieline.topic.kind", kind));
                await HandOnAsync();
                break;
            case ChannelFrame.SocketClosing:
                Ask("closing");
                break;
            case ChannelFrame.ChannelLost:
                Ask("lost");
                break;
            case ChannelFrame.Evicted:
                Lost(LinkEndReason.Evicted);
                break;
            case ChannelFrame.TokenRevoked:
                Lost(LinkEndReason.TokenRevoked);
                break;
            case ChannelFrame.SubscriptionUpdated:
                SubscriptionUpdated?.Invoke();
                break;
            case ChannelFrame.Refused:
                _sink.OnRefused(fault);
                break;
            default:
                break; // it shows that it lives, and that has been noted
        }
    }

    /// <summary>While the sink takes its time, nothing is read: that silence is ours, and no reason to doubt the other side.</summary>
    private async ValueTask HandOnAsync()
    {
        _isHandingOn = true;
        _specification.PauseReading();
        _socket.Silence.PauseReading();
        try
        {
            await _sink.OnNotificationAsync(_socket.Frame, _aborting);
        }
        finally
        {
            _socket.Silence.ResumeReading();
            _specification.ResumeReading();
        }

        Volatile.Write(ref _heardAt, _time.GetTimestamp());
        _isHandingOn = false;
    }

    private void Lost(LinkEndReason why)
    {
        if (_why == LinkEndReason.Dropped)
            _why = why;
        BeginClose();
    }

    /// <summary>A connection over which no byte comes: asks, asks to be replaced, gives up.</summary>
    private async Task WatchBytesAsync()
    {
        try
        {
            while (true)
            {
                await _socket.Silence.SilentAsync(ChannelTiming.ByteSilence, _ended.Token);
                var heard = _socket.Silence.HeardAsync();
                _ = PingAsync();
                if (await IsWithinAsync(heard, ChannelTiming.Byte))
                    continue;
                _isSilent = true;
                Ask("silent");
                if (!await IsWithinAsync(heard, ChannelTiming.GiveUp - ChannelTiming.ByteSilence - ChannelTiming.Byte))
                {
                    _socket.Abort();
                    return;
                }

                _isSilent = false;
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // It has ended by itself.
        }
    }

    private async Task<bool> IsWithinAsync(Task heard, TimeSpan limit)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        var late = Task.Delay(limit, _time, enough.Token);
        await Task.WhenAny(heard, late);
        await enough.CancelAsync();
        _ended.Token.ThrowIfCancellationRequested();
        return heard.IsCompleted;
    }

    /// <summary>A connection that lives, over which no frame comes although there are heartbeats.</summary>
    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                var heardAt = Volatile.Read(ref _heardAt);
                var silent = _time.GetElapsedTime(heardAt);
                if (silent < ChannelTiming.Silence)
                {
                    await Task.Delay(ChannelTiming.Silence - silent, _time, _ended.Token);
                    continue;
                }

                var ping = _isHandingOn ? Task.CompletedTask : PingAsync();
                await Task.Delay(ChannelTiming.Pong, _time, _ended.Token);
                if (_isHandingOn || Volatile.Read(ref _heardAt) != heardAt)
                    continue;
                _socket.Abort();
                await ping;
                return;
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // It has ended by itself.
        }
    }
}
