using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>One open and subscribed socket. One reader; <see cref="BeginClose"/> and <see cref="Abort"/> from any thread.</summary>
/// <param name="grant">The token it was opened with, to which it is bound for its life.</param>
/// <param name="silence">Told of the bytes that come.</param>
/// <param name="maxFrame">A frame may be this long, in bytes.</param>
internal sealed class StreamSocket(
    ClientWebSocket socket, TokenOutcome.Granted grant, StreamTiming timing, TimeProvider time, SilenceMeter silence, int maxFrame = FrameBuffer.MaxFrame) : IAsyncDisposable
{
    /// <summary>How .NET words a failure it gives no further reason for; of those that the reader's side notices, invalid UTF-8 is the only one.</summary>
    private static readonly string _faulted = new WebSocketException(WebSocketError.Faulted).Message;

    private readonly FrameBuffer _buffer = new(maxFrame);
    private readonly Lock _closing = new();
    private volatile bool _isClosing;
    private Task? _close;
    private ITimer? _closeTimeout;
    private TimeSpan _patience;
    private volatile string? _abortReason;

    public TokenOutcome.Granted Grant => grant;

    /// <summary>How long nothing has come over it, not even a pong.</summary>
    public SilenceMeter Silence { get; } = Begun(silence);

    /// <summary>The last frame's bytes, until the next <see cref="ReceiveAsync"/>.</summary>
    public ReadOnlyMemory<byte> Frame => _buffer.Frame;

    /// <summary>After <see cref="Received.End"/>.</summary>
    public SocketEnd End { get; private set; }

    /// <summary>Whether it failed by a text frame that was not UTF-8.</summary>
    public bool HeardInvalidUtf8 { get; private set; }

    /// <summary>Waits for the next frame. Never throws for what the network or the other side does: that is <see cref="Received.End"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Received> ReceiveAsync()
    {
        _buffer.Clear();
        var verdict = Received.Frame;
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(_buffer.Free(), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                    return Ended((int?)socket.CloseStatus ?? CloseCodes.None, null); // its reason is text of the other side's
                if (part.MessageType == WebSocketMessageType.Binary)
                    verdict = Received.Binary;
                else if (verdict == Received.Frame && !_buffer.TryTake(part.Count))
                    verdict = Received.TooBig;
                if (part.EndOfMessage)
                    return verdict;
            }
        }
        catch (WebSocketException e)
        {
            HeardInvalidUtf8 = e.WebSocketErrorCode == WebSocketError.Faulted && e.InnerException is null && e.Message == _faulted;
            return Ended(HeardInvalidUtf8 ? CloseCodes.InvalidPayload : CloseCodes.Abnormal, (e.InnerException ?? e).Message);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException)
        {
            return Ended(CloseCodes.Abnormal, (e.InnerException ?? e).Message);
        }
    }

    /// <summary>Sends a text frame. That it could not be sent shows in the receiving. One at a time.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            await socket.SendAsync(utf8, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception e) when (IsOver(e))
        {
            // It is closing, or gone.
        }
    }

    /// <summary>Sends 1000 and gives the other side a moment to answer; frames that still come are received as before, then the end.</summary>
    public void BeginClose() => BeginClose(timing.Close);

    /// <inheritdoc cref="BeginClose()"/>
    /// <param name="patience">How long that moment may be. A shorter one than was given before counts from now on.</param>
    public void BeginClose(TimeSpan patience)
    {
        lock (_closing)
        {
            if (_isClosing)
            {
                if (patience < _patience)
                    _closeTimeout?.Change(patience, Timeout.InfiniteTimeSpan);
                return;
            }

            _isClosing = true; // before it is sent: the answer may be read before the sending has returned
            _patience = patience;
            _closeTimeout = time.CreateTimer(_ => Abort(), null, patience, Timeout.InfiniteTimeSpan);
            _close = SendCloseAsync();
        }
    }

    /// <summary>Lets go at once.</summary>
    public void Abort() => socket.Abort();

    /// <inheritdoc cref="Abort()"/>
    /// <param name="reason">What <see cref="End"/> gives as its reason.</param>
    public void Abort(string reason)
    {
        _abortReason = reason;
        socket.Abort();
    }

    /// <summary>Answers the server's close if that is still due, then lets go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (socket.State == WebSocketState.CloseReceived)
            BeginClose();
        Task? close;
        lock (_closing)
            close = _close;
        if (close is not null)
            await close;
        if (_closeTimeout is not null)
            await _closeTimeout.DisposeAsync();
        socket.Dispose();
        _buffer.Dispose();
    }

    private Received Ended(int code, string? reason)
    {
        End = SocketEnd.Of(code, _abortReason ?? reason, isPlanned: _isClosing);
        return Received.End;
    }

    private async Task SendCloseAsync()
    {
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception e) when (IsOver(e))
        {
            // It is gone already, which is what we wanted.
        }
    }

    /// <summary>It has answered the handshake.</summary>
    private static SilenceMeter Begun(SilenceMeter silence)
    {
        silence.Heard();
        return silence;
    }

    private static bool IsOver(Exception e) =>
        e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or IOException;
}
