using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Tieline.Delivery;

namespace Tieline.Forwarding;

/// <summary>Syslog over TCP or TLS, one connection a batch. Syslog has no acknowledgement; TCP's end is one.</summary>
/// <remarks>We end our side once the batch is written. A receiver closes when it has read that end, and so everything before it: a close with bytes unread is a reset, and one that came earlier has
/// not acknowledged our end. Only a close that is neither is taken for "has read it all" (docs/adr/0029-audit-forwarding.md).</remarks>
internal sealed class SyslogSink(ForwardOptions options, SyslogMessage message, TimeProvider time) : IForwardSink
{
    private const int TcpLevel = 6; // IPPROTO_TCP
    private const int TcpInfo = 11; // TCP_INFO of Linux: its first byte is the state
    private const byte TcpClosed = 7; // Both ends are acknowledged
    private const byte TcpLastAck = 9; // Theirs came before ours; ours is not acknowledged yet
    private const byte TcpClosing = 11; // Both are under way; ours is not acknowledged yet

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(10);

    private readonly ArrayBufferWriter<byte> _frames = new(ForwardDefaults.BatchBytes);
    private readonly byte[] _answer = new byte[4096];
    private bool _acknowledges;

    public async Task SendAsync(IReadOnlyList<ForwardRecord> records, CancellationToken cancellation)
    {
        // One that does not answer our end with its own would be sent the same lines for ever: found out before it gets any.
        if (!_acknowledges)
            await ProbeAsync(cancellation);
        _acknowledges = false;
        _frames.ResetWrittenCount();
        foreach (var record in records)
            message.Append(record, _frames);
        await ExchangeAsync(_frames.WrittenMemory, cancellation);
        _acknowledges = true;
    }

    public async Task ProbeAsync(CancellationToken cancellation)
    {
        await ExchangeAsync(ReadOnlyMemory<byte>.Empty, cancellation);
        _acknowledges = true;
    }

    public void Dispose()
    {
    }

    private async Task ExchangeAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation)
    {
        var url = options.Target!;
        var tlsOptions = url.Scheme == "tls" ? TlsFor(url) : null;
        var doing = "could not be connected to";
        using var timeout = new CancellationTokenSource(ForwardDefaults.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(url.DnsSafeHost, url.Port, either.Token);
            await using var network = new NetworkStream(socket, ownsSocket: false);
            await using var tls = tlsOptions is not null ? new SslStream(network, leaveInnerStreamOpen: true) : null;
            if (tls is not null)
            {
                doing = "did not agree on TLS";
                await tls.AuthenticateAsClientAsync(tlsOptions!, either.Token);
            }

            timeout.CancelAfter(ForwardDefaults.BatchTimeout);
            doing = "did not take the lines";
            await (tls ?? (Stream)network).WriteAsync(frames, either.Token);
            if (tls is not null)
                await tls.ShutdownAsync();
            socket.Shutdown(SocketShutdown.Send);
            doing = "did not close the connection once it had been sent all, which is how it acknowledges";
            if (tls is not null)
                await ReadToEndAsync(tls, either.Token);
            await ReadToEndAsync(network, either.Token);
            if (!await IsAcknowledgedAsync(socket, either.Token))
                throw new ForwardException($"{Name(url)} closed the connection before it had everything");
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new ForwardException($"{Name(url)} {doing} in time", e);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            throw new ForwardException($"{Name(url)} {doing} ({Why(e)})", e);
        }
    }

    private async Task ReadToEndAsync(Stream stream, CancellationToken cancellation)
    {
        while (await stream.ReadAsync(_answer, cancellation) > 0)
        {
        }
    }

    /// <summary>From the files as they are now: a certificate that was renewed needs no restart.</summary>
    private SslClientAuthenticationOptions TlsFor(Uri url)
    {
        SslClientAuthenticationOptions tls;
        try
        {
            tls = TlsFiles.Load(options.Tls) ?? new SslClientAuthenticationOptions();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ForwardException($"a file of Audit:Forward:Tls cannot be used: {e.Message}", e);
        }

        tls.TargetHost = url.IdnHost;
        // An OpenSSL server that asks for client certificates, such as rsyslog's, breaks off the handshake of a session that is taken up again.
        tls.AllowTlsResume = false;
        return tls;
    }

    /// <summary>Whether the other side has acknowledged our end too. Elsewhere than on Linux its own end is all that can be seen.</summary>
    /// <remarks>With TLS a receiver closes at TLS's end, which goes before TCP's: then its own may come before it has acknowledged ours. What it has not read, it answers with a reset, so either comes within a round trip.</remarks>
    private async Task<bool> IsAcknowledgedAsync(Socket socket, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        while (StateOf(socket) is TcpLastAck or TcpClosing)
            await Task.Delay(_look, time, cancellation);
        return StateOf(socket) == TcpClosed && socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is 0;
    }

    private static byte StateOf(Socket socket)
    {
        Span<byte> state = stackalloc byte[1];
        return socket.GetRawSocketOption(TcpLevel, TcpInfo, state) == 1 ? state[0] : default;
    }

    private static string Name(Uri url) => $"{url.Scheme}://{url.Host}:{url.Port}";

    private static string Why(Exception e) => e switch
    {
        SocketException socket => socket.SocketErrorCode.ToString(),
        { InnerException: SocketException socket } => socket.SocketErrorCode.ToString(),
        AuthenticationException => e.InnerException?.Message ?? e.Message,
        _ => "the connection broke",
    };
}
