using System.Net;
using System.Net.Sockets;
using Tieline.Service.Hosting;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Http;

/// <summary>What is said of the wire to whom, and where people are sent.</summary>
public sealed class TransportTests
{
    [Theory]
    [InlineData("tieline.example", true)]
    [InlineData("TIELINE.example", true)]
    [InlineData("localhost", false)]
    public async Task Under_an_https_PublicUrl_browsers_are_told_to_stay_with_TLS(string host, bool isTold)
    {
        await using var server = await Server.StartAsync(configure: options => options.Http.PublicUrl = new Uri("https://tieline.example"));

        using var answer = await server.GetAsync("/api/v1/openapi.json", ("Host", host));

        (answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? values.Single() : null).ShouldBe(isTold ? StrictTransport.Value : null);
    }

    [Theory]
    [InlineData("http://127.0.0.1:3001", null, false)]
    [InlineData("http://localhost:3001", null, false)]
    [InlineData("http://[::1]:3001", null, false)]
    [InlineData("http://*:3001", null, true)]
    [InlineData("http://0.0.0.0:3001", null, true)]
    [InlineData("http://10.0.0.7:3001", "http://tieline.example", true)]
    [InlineData("http://10.0.0.7:3001", "https://tieline.example", false)]
    public void Plain_HTTP_to_others_is_known_by_the_configuration(string listen, string? publicUrl, bool isPlain) =>
        StrictTransport.IsPlainToOthers(new HttpOptions { Listen = listen, PublicUrl = publicUrl is null ? null : new Uri(publicUrl) }).ShouldBe(isPlain);

    [Theory]
    [InlineData("http://127.0.0.1:3001", null, null, "http://tieline.localhost:3001/login?code=x")]
    [InlineData("http://[::1]:3001", null, null, "http://tieline.localhost:3001/login?code=x")]
    [InlineData("http://127.0.0.1:3001", "https://tieline.example", null, "https://tieline.example/login?code=x")]
    [InlineData("http://127.0.0.1:3001", null, "localhost", "http://localhost:3001/login?code=x")]
    [InlineData("http://127.0.0.1:3001", null, "*", "http://tieline.localhost:3001/login?code=x")]
    [InlineData("http://10.0.0.7:3001", null, "tieline.corp.example", "http://tieline.corp.example:3001/login?code=x")]
    public void A_link_leads_to_where_the_console_may_be_asked_under(string address, string? publicUrl, string? allowed, string link)
    {
        var http = new HttpOptions { PublicUrl = publicUrl is null ? null : new Uri(publicUrl) };
        if (allowed is not null)
            http.AllowedHosts = [allowed];

        SignInLink.Of(http, new Uri(address), "x").ToString().ShouldBe(link);
    }

    [Fact]
    public async Task So_many_connections_are_taken_and_one_more_is_closed()
    {
        await using var server = await Server.StartAsync();
        var clients = new List<TcpClient>();
        try
        {
            for (var connection = 0; connection < TielineHost.MostConnections; connection++)
            {
                clients.Add(new TcpClient());
                await clients[^1].ConnectAsync(IPAddress.Loopback, server.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
            }

            (await AsksAsync(clients[^1])).ShouldBeTrue("the last that is allowed is answered");
            using var more = new TcpClient();
            await more.ConnectAsync(IPAddress.Loopback, server.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
            (await AsksAsync(more)).ShouldBeFalse();
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static async Task<bool> AsksAsync(TcpClient client)
    {
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            return await stream.ReadAsync(new byte[16], TestContext.Current.CancellationToken) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
