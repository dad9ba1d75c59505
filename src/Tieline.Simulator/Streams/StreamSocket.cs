using System.Net.Sockets;
using Tieline.Simulator.Notifications;

namespace Tieline.Simulator.Streams;

/// <summary>One WebSocket as the server holds it: a queue of bytes on their way out, in order, and its faults.</summary>
/// <remarks>Once the client has spoken, and so has read the handshake's answer, bytes go straight to the TCP socket: when a send returns, the kernel
/// has them. That is what the ledger's <c>written</c> means.</remarks>
internal sealed class StreamSocket(int number, string connection, IssuedToken token, Stream upgraded, Socket? tcp, Action abort)
{
    private readonly System.Threading.Channels.Channel<Outgoing> _outgoing =
        System.Threading.Channels.Channel.CreateUnbounded<Outgoing>(new System.Threading.Channels.UnboundedChannelOptions { SingleReader = true });
    private long _queued;

    public int Number => number;

    /// <summary>Id of the TCP connection.</summary>
    public string Connection => connection;

    public IssuedToken Token => token;

    /// <summary>What the client sends.</summary>
    public Stream Wire => upgraded;

    public EventStream? Stream { get; set; }

    public bool HasSpoken { get; set; }

    /// <summary>Half-open: the TCP connection stands, nothing is sent or answered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>A close frame is on its way or sent; no event follows.</summary>
    public bool IsClosing { get; private set; }

    public bool IsGone { get; private set; }

    public bool IsSpeaking => !IsSilent && !IsClosing && !IsGone;

    public long QueuedBytes => Interlocked.Read(ref _queued);

    public void Send(Batch batch)
    {
        batch.Hold();
        Interlocked.Add(ref _queued, batch.Length);
        if (!_outgoing.Writer.TryWrite(new Outgoing(batch, default, null)))
        {
            Interlocked.Add(ref _queued, -batch.Length);
            batch.Release();
        }
    }

    /// <param name="frame">As it goes out; may be shared with other sockets.</param>
    /// <param name="notification">What it tells, to be marked once it is written.</param>
    public void Send(ReadOnlyMemory<byte> frame, Notification? notification = null)
    {
        Interlocked.Add(ref _queued, frame.Length);
        if (!_outgoing.Writer.TryWrite(new Outgoing(null, frame, notification)))
        {
            Interlocked.Add(ref _queued, -frame.Length);
        }
    }

    /// <summary>Sends what is queued, then the close frame, then nothing more.</summary>
    /// <returns>False when one was sent before.</returns>
    public bool Close(int code, string reason)
    {
        if (IsClosing || IsGone)
        {
            return false;
        }
        IsClosing = true;
        Send(Frames.MakeClose(code, reason));
        _outgoing.Writer.TryComplete();
        return true;
    }

    /// <summary>Ends the TCP connection without a close frame: what the client reports as 1006.</summary>
    /// <param name="reset">With a TCP reset, which may cost the client what it has not yet read; else with a plain end.</param>
    public void Abort(bool reset)
    {
        IsGone = true;
        _outgoing.Writer.TryComplete();
        if (tcp is not null)
        {
            TryOnTcp(socket =>
            {
                if (reset)
                {
                    socket.LingerState = new LingerOption(true, 0);
                }
                else
                {
                    socket.Shutdown(SocketShutdown.Send);
                }
            });
        }
        abort();
    }

    /// <summary>Sends until the queue is completed or the connection is lost.</summary>
    public async Task SendAllAsync(Action<StreamSocket, Batch?> sent, CancellationToken aborted)
    {
        try
        {
            await foreach (var item in _outgoing.Reader.ReadAllAsync(aborted))
            {
                await SendOneAsync(item, sent, aborted);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            IsGone = true;
        }
        finally
        {
            _outgoing.Writer.TryComplete();
            while (_outgoing.Reader.TryRead(out var left))
            {
                Interlocked.Add(ref _queued, -left.Length);
                left.Batch?.Release();
            }
            sent(this, null);
        }
    }

    private async ValueTask SendOneAsync(Outgoing item, Action<StreamSocket, Batch?> sent, CancellationToken aborted)
    {
        var written = false;
        try
        {
            if (!IsSilent)
            {
                await WriteAsync(item.Batch?.Bytes ?? item.Frame, aborted);
                written = true;
            }
        }
        finally
        {
            Interlocked.Add(ref _queued, -item.Length);
            if (!written)
            {
                item.Batch?.Release();
            }
        }
        if (written)
        {
            item.Notification?.MarkWritten();
        }
        if (written && item.Batch is not null)
        {
            sent(this, item.Batch);
            item.Batch.Release();
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken aborted)
    {
        if (tcp is null || !HasSpoken)
        {
            await upgraded.WriteAsync(bytes, aborted);
            await upgraded.FlushAsync(aborted);
            return;
        }
        while (bytes.Length > 0)
        {
            bytes = bytes[await tcp.SendAsync(bytes, SocketFlags.None, aborted)..];
        }
    }

    private void TryOnTcp(Action<Socket> act)
    {
        try
        {
            act(tcp!);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            IsGone = true;   // the client was quicker
        }
    }

    private readonly record struct Outgoing(Batch? Batch, ReadOnlyMemory<byte> Frame, Notification? Notification)
    {
        public int Length => Batch?.Length ?? Frame.Length;
    }
}
