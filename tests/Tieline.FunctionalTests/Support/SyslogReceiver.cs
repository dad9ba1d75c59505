using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tieline.FunctionalTests.Support;

/// <summary>Takes octet-counted syslog over TCP, in this process.</summary>
internal sealed class SyslogReceiver : ISiem
{
    private readonly List<string> _lines = [];
    private CancellationTokenSource _stopping = new();
    private TcpListener? _listener;
    private Task _serving = Task.CompletedTask;

    public int Port { get; } = FreePort();

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
                await client.GetStream().CopyToAsync(all, CancellationToken.None);
                Keep(all.ToArray());
            }
        }
        catch (OperationCanceledException)
        {
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
