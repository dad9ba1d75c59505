using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Tieline.Tests.Delivery;

/// <summary>A server that answers whatever bytes the test says, right or wrong.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _connections;

    private RawServer(Func<Stream, CancellationToken, Task> answer, bool tls)
    {
        _listener.Start();
        var port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Url = new Uri($"{(tls ? "https" : "http")}://127.0.0.1:{port}/hook");
        _accepting = Task.Run(() => AcceptAsync(answer, tls ? Certificate() : null), CancellationToken.None);
    }

    public Uri Url { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <param name="answer">Called once a connection, when its request has come.</param>
    public static RawServer Start(Func<Stream, CancellationToken, Task> answer, bool tls = false) => new(answer, tls);

    /// <summary>Bytes, and then it stays silent, or closes.</summary>
    public static Func<Stream, CancellationToken, Task> Text(string text, bool closes = false) => async (stream, stopping) =>
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), stopping);
        await stream.FlushAsync(stopping);
        if (!closes)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping);
    };

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(Func<Stream, CancellationToken, Task> answer, X509Certificate2? certificate)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                Interlocked.Increment(ref _connections);
                connections.Add(ServeAsync(client, answer, certificate));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
            certificate?.Dispose();
        }
    }

    private async Task ServeAsync(TcpClient client, Func<Stream, CancellationToken, Task> answer, X509Certificate2? certificate)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (certificate is not null)
                {
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stopping.Token);
                    stream = tls;
                }

                _ = await stream.ReadAtLeastAsync(new byte[64 * 1024], 1, cancellationToken: _stopping.Token);
                await answer(stream, _stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client has gone, or the test has ended.
            }
        }
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2_048);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=elsewhere.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
