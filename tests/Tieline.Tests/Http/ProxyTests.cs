using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.Http;
using Tieline.TestKit;
using Tieline.Tests.Delivery;

namespace Tieline.Tests.Http;

/// <summary>Whatever goes to Genesys or a destination goes through the proxy that is named for it. The names below exist nowhere: only a proxy could know them.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private Proxy _proxy = null!;

    public ValueTask InitializeAsync()
    {
        _proxy = new Proxy();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_destination_and_its_token_endpoint_are_asked_through_its_proxy()
    {
        var options = new DestinationOptions { Url = new Uri("https://crm.invalid/hook"), Proxy = { Url = _proxy.Url } };
        await SendAsync(options);
        options.Authentication = new AuthenticationOptions { Type = AuthenticationType.OAuth2, TokenUrl = new Uri("https://login.invalid/token"), ClientId = "id", ClientSecret = new Secret("secret") };
        await SendAsync(options);
        _proxy.Asked.Select(asked => asked.Line).ShouldBe(["CONNECT crm.invalid:443 HTTP/1.1", "CONNECT login.invalid:443 HTTP/1.1"]);
    }

    [Fact]
    public async Task Rest_and_WebSockets_of_Genesys_go_through_its_proxy()
    {
        using var http = GenesysHttp.Create(proxy: new ProxyOptions { Url = _proxy.Url });
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.invalid/api/v2/x");
        await Should.ThrowAsync<HttpRequestException>(() => http.SendAsync(request, TestContext.Current.CancellationToken));
        using var socket = new ClientWebSocket();
        await Should.ThrowAsync<WebSocketException>(() => socket.ConnectAsync(new Uri("wss://stream.invalid/feed"), http, TestContext.Current.CancellationToken));
        _proxy.Asked.Select(asked => asked.Line).ShouldBe(["CONNECT api.invalid:443 HTTP/1.1", "CONNECT stream.invalid:443 HTTP/1.1"]);
    }

    [Fact]
    public async Task A_proxy_that_asks_gets_the_password_that_its_file_has_now()
    {
        _proxy.Password = "one";
        var file = _directory.FileNamed("password");
        await File.WriteAllTextAsync(file, "one\n", TestContext.Current.CancellationToken);
        var options = new DestinationOptions { Url = new Uri("https://crm.invalid/hook"), Proxy = { Url = _proxy.Url, Username = "me", PasswordFile = file } };
        await SendAsync(options);
        _proxy.Asked[^1].Credentials.ShouldBe("me:one");
        await File.WriteAllTextAsync(file, "two\n", TestContext.Current.CancellationToken);
        _proxy.Password = "two";
        await SendAsync(options);
        _proxy.Asked[^1].Credentials.ShouldBe("me:two");
    }

    [Fact]
    public void Each_mistake_is_named_and_no_secret_repeated()
    {
        var failures = new[]
        {
            new ProxyOptions { Url = new Uri("ftp://proxy.example") },
            new ProxyOptions { Url = new Uri("http://me:hunter2@proxy.example:3128") },
            new ProxyOptions { Url = new Uri("http://proxy.example:3128/path") },
            new ProxyOptions { Username = "me" },
            new ProxyOptions { Url = _proxy.Url, Username = "a:b" },
            new ProxyOptions { Url = _proxy.Url, Password = new Secret("hunter2") },
            new ProxyOptions { Url = _proxy.Url, Username = "me", PasswordFile = _directory.FileNamed("none") },
        }.Select(options => new ProxyOptionsValidator().Validate("Genesys:Proxy", options).Failures!.Single()).ToList();
        failures.ShouldAllBe(failure => failure.Contains("Genesys:Proxy:", StringComparison.Ordinal) && !failure.Contains("hunter2", StringComparison.Ordinal));
        new ProxyOptionsValidator().Validate("Genesys:Proxy", new ProxyOptions()).Succeeded.ShouldBeTrue();
        new ProxyOptionsValidator().Validate("Genesys:Proxy", new ProxyOptions { Url = _proxy.Url, Username = "me", Password = new Secret("x") }).Succeeded.ShouldBeTrue();
    }

    /// <summary>What <c>NO_PROXY</c> understands is .NET's to decide; <c>docs/proxy.md</c> says it as it is here.</summary>
    [Theory]
    [InlineData("crm.example", "crm.example", true)]
    [InlineData("CRM.example", "crm.example", true)]
    [InlineData("crm.example", "www.crm.example", false)]
    [InlineData(".example", "crm.example", true)]
    [InlineData(".crm.example", "crm.example", true)]
    [InlineData("*.example", "crm.example", false)]
    [InlineData("*", "crm.example", false)]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "10.1.2.3", false)]
    [InlineData("10.", "10.1.2.3", false)]
    [InlineData("crm.example:443", "crm.example", false)]
    [InlineData("other.example,crm.example", "crm.example", true)]
    [InlineData("other.example, crm.example", "crm.example", true)]
    [InlineData("other.example crm.example", "crm.example", false)]
    [InlineData("", "localhost", false)]
    [InlineData("", "127.0.0.1", false)]
    [InlineData("localhost,127.0.0.1", "127.0.0.1", true)]
    [InlineData("", "crm.example", false)]
    public void No_proxy_understands_names_and_no_ranges(string list, string host, bool isDirect) =>
        FromEnvironment(list).IsBypassed(new Uri($"https://{host}/")).ShouldBe(isDirect, $"NO_PROXY={list}");

    /// <summary>As .NET reads it at the start of a process.</summary>
    private static IWebProxy FromEnvironment(string noProxy)
    {
        _ = HttpClient.DefaultProxy.IsBypassed(new Uri("https://crm.example")); // the process's own is read by now, and stays
        var before = (Environment.GetEnvironmentVariable("https_proxy"), Environment.GetEnvironmentVariable("no_proxy"));
        try
        {
            Environment.SetEnvironmentVariable("https_proxy", "http://proxy.example:3128");
            Environment.SetEnvironmentVariable("no_proxy", noProxy);
            object?[] proxy = [null];
            typeof(HttpClient).Assembly.GetType("System.Net.Http.HttpEnvironmentProxy", throwOnError: true)!
                .GetMethod("TryCreate", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)!.Invoke(null, proxy);
            return (IWebProxy)proxy[0]!;
        }
        finally
        {
            Environment.SetEnvironmentVariable("https_proxy", before.Item1);
            Environment.SetEnvironmentVariable("no_proxy", before.Item2);
        }
    }

    private static async Task SendAsync(DestinationOptions options)
    {
        using var metrics = new TielineMetrics();
        using var handler = Destination.CreateHandler(options);
        using var http = new HttpMessageInvoker(handler);
        var credentials = Credentials.Create(options, http, TimeProvider.System, NullLogger.Instance);
        (await new Destination(options, http, new WebhookRequestFactory(options, "test"), TimeProvider.System, metrics, credentials: credentials).SendAsync(Entries.Entry(1), TestContext.Current.CancellationToken))
            .ShouldBeOfType<DeliveryOutcome.BackOff>();
    }

    /// <summary>Keeps what it is asked, and refuses it.</summary>
    private sealed class Proxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentQueue<(string Line, string Credentials)> _asked = new();
        private readonly Task _accepting;

        public Proxy()
        {
            _listener.Start();
            Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
            _accepting = AcceptAsync();
        }

        public Uri Url { get; }

        public string? Password { get; set; }

        public IReadOnlyList<(string Line, string Credentials)> Asked => [.. _asked];

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _accepting;
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await ServeAsync(client.GetStream());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Disposed of.
            }
        }

        private async Task ServeAsync(NetworkStream stream)
        {
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            while (await reader.ReadLineAsync() is { Length: > 0 } line)
            {
                var credentials = "";
                while (await reader.ReadLineAsync() is { Length: > 0 } header)
                {
                    if (header.StartsWith("Proxy-Authorization: Basic ", StringComparison.OrdinalIgnoreCase))
                        credentials = Encoding.ASCII.GetString(Convert.FromBase64String(header[27..]));
                }

                _asked.Enqueue((line, credentials));
                var isAsking = Password is not null && !credentials.EndsWith(":" + Password, StringComparison.Ordinal);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(isAsking
                    ? "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"
                    : "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                if (!isAsking)
                    return;
            }
        }
    }
}
