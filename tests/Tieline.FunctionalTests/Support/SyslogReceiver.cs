using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Tieline.FunctionalTests.Support;

/// <summary>Takes octet-counted syslog over TCP, or TLS, in this process.</summary>
/// <param name="certificate">Shown to whoever connects, which TLS begins with; null: without TLS.</param>
/// <param name="port">Null: one that nobody listens on.</param>
internal sealed class SyslogReceiver(X509Certificate2? certificate = null, int? port = null) : ISiem
{
    private readonly List<string> _lines = [];
    private CancellationTokenSource _stopping = new();
    private TcpListener? _listener;
    private Task _serving = Task.CompletedTask;

    public int Port { get; } = port ?? FreePort();

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <returns>A port that nobody listens on.</returns>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public Task StartAsync()
    {
        _stopping = new CancellationTokenSource();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _serving = ServeAsync(_listener, _stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        _listener?.Dispose();
        await _serving;
        _stopping.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is { Server.IsBound: true })
            await StopAsync();
    }

    /// <summary>One connection after the other; one that is open at a stop is read to its end.</summary>
    private async Task ServeAsync(TcpListener listener, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stopping);
                using var all = new MemoryStream();
                await (certificate is null ? client.GetStream().CopyToAsync(all, CancellationToken.None) : ReadTlsAsync(client, certificate, all));
                Keep(all.ToArray());
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>As OpenSSL's servers do: closes when TLS has ended.</summary>
    private static async Task ReadTlsAsync(TcpClient client, X509Certificate2 certificate, MemoryStream all)
    {
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, CancellationToken.None);
            await tls.CopyToAsync(all, CancellationToken.None);
            await tls.ShutdownAsync();
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // The sender does not trust the certificate, and broke off.
        }
    }

    private void Keep(ReadOnlySpan<byte> frames)
    {
        lock (_lines)
        {
            // A frame that was cut short by a killed sender is no message.
            while (frames.IndexOf((byte)' ') is var space and > 0 && int.Parse(frames[..space], CultureInfo.InvariantCulture) is var length && frames.Length >= space + 1 + length)
            {
                var text = Encoding.UTF8.GetString(frames.Slice(space + 1, length));
                _lines.Add(text[text.IndexOf('{', StringComparison.Ordinal)..]);
                frames = frames[(space + 1 + length)..];
            }
        }
    }
}
