using System.Globalization;
using System.Net;
using Tieline.Delivery;
using Tieline.Diagnostics;

namespace Tieline.Tests.Delivery;

/// <summary>One attempt against answers of every kind: a defined outcome, in bounded time and memory. What is read is at most 64 KiB, and never unpacked.</summary>
public sealed class DestinationTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(600);

    public static TheoryData<string, string, string> Answers => new()
    {
        { "nothing", "", "TimedOut" },
        { "half a status line", "HTTP/1.1 20", "TimedOut" },
        { "no end of the headers", "HTTP/1.1 200 OK\r\nA: b\r\n", "TimedOut" },
        { "only interim answers", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n", "TimedOut" },
        { "interim answers first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "204" },
        { "another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "ServerFailed 101" },
        { "no content", "HTTP/1.1 204 No Content\r\n\r\n", "204" },
        { "a body that never comes", "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n", "200" },
        { "a broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "200" },
        { "a packed body", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", "200" },
        { "a redirect", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "ServerFailed 302" },
        { "a redirect for good", "HTTP/1.1 308 Permanent Redirect\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "ServerFailed 308" },
        { "not modified", "HTTP/1.1 304 Not Modified\r\n\r\n", "ServerFailed 304" },
        { "no HTTP", "hello\r\n\r\n", "Broken" },
        { "TLS where none is expected", "\u0015\u0003\u0001\u0000\u0002\u0002\n", "Broken" },
        { "a status that is none", "HTTP/1.1 2000 OK\r\n\r\n", "Broken" },
        { "a header that is none", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "Broken" },
        { "headers of 100 KiB", $"HTTP/1.1 200 OK\r\nA: {new string('a', 100 * 1024)}\r\n\r\n", "Broken" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Each_answer_has_its_outcome_in_bounded_time(string name, string answer, string outcome)
    {
        await using var server = RawServer.Start(RawServer.Text(answer));
        var started = TimeProvider.System.GetTimestamp();
        (await SendAsync(server.Url)).ShouldBe(outcome, name);
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(5), name);
    }

    [Fact]
    public async Task A_connection_that_is_closed_without_an_answer_is_broken()
    {
        await using var server = RawServer.Start(RawServer.Text("", closes: true));
        (await SendAsync(server.Url)).ShouldBe("Broken");
    }

    [Theory]
    [InlineData("Content-Length: 10485760")]
    [InlineData("X-Endless: yes")]
    public async Task A_body_of_10_MB_or_without_end_costs_the_connection_and_no_memory(string header)
    {
        var closed = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = RawServer.Start(async (stream, stopping) =>
        {
            var written = 0L;
            try
            {
                await RawServer.Text($"HTTP/1.1 200 OK\r\n{header}\r\n\r\n", closes: true)(stream, stopping);
                for (; written < 512 * 1024 * 1024; written += 64 * 1024)
                    await stream.WriteAsync(new byte[64 * 1024], stopping);
            }
            catch (IOException)
            {
                // It hangs up.
            }

            closed.TrySetResult(written);
        });
        (await SendAsync(server.Url, wait: closed.Task)).ShouldBe("200");
        (await closed.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken)).ShouldBeLessThan(32 * 1024 * 1024); // what sockets buffer, and no more
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_no_connection()
    {
        await using var server = RawServer.Start(RawServer.Text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), tls: true);
        (await SendAsync(new DestinationOptions { Url = server.Url, Timeout = TimeSpan.FromSeconds(20) })).ShouldBe("ConnectFailed");
    }

    [Fact]
    public async Task A_connection_that_is_not_made_within_ConnectTimeout_fails_as_such()
    {
        var options = new DestinationOptions { ConnectTimeout = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromSeconds(20) };
        await using var silent = RawServer.Start(async (_, stopping) => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping)); // takes the TLS hello, and says nothing
        options.Url = new Uri($"https://127.0.0.1:{silent.Url.Port}/");
        var started = TimeProvider.System.GetTimestamp();
        (await SendAsync(options)).ShouldBe("ConnectFailed");
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void CreateHandler_ConnectTimeout_IsNeverLongerThanTheWhole()
    {
        using var shorter = Destination.CreateHandler(new DestinationOptions { Timeout = TimeSpan.FromSeconds(1) });
        using var usual = Destination.CreateHandler(new DestinationOptions());
        (shorter.ConnectTimeout, usual.ConnectTimeout).ShouldBe((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)));
        usual.PooledConnectionLifetime.ShouldBe(TimeSpan.FromMinutes(2));
        (usual.AutomaticDecompression, usual.AllowAutoRedirect).ShouldBe((DecompressionMethods.None, false));
    }

    private static Task<string> SendAsync(Uri url, Task? wait = null) => SendAsync(new DestinationOptions { Url = url, Timeout = _timeout }, wait);

    private static async Task<string> SendAsync(DestinationOptions options, Task? wait = null)
    {
        using var metrics = new TielineMetrics();
        using var http = new HttpMessageInvoker(Destination.CreateHandler(options));
        var destination = new Destination(options, http, new WebhookRequestFactory(options, "test"), TimeProvider.System, metrics);
        var outcome = await destination.SendAsync(Entries.Entry(1), TestContext.Current.CancellationToken);
        if (wait is not null)
            await wait.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        return outcome switch
        {
            DeliveryOutcome.Accepted accepted => accepted.Status.ToString(CultureInfo.InvariantCulture),
            DeliveryOutcome.BackOff { Status: { } status } backOff => $"{backOff.Reason} {status}",
            DeliveryOutcome.BackOff backOff => backOff.Reason.ToString(),
            _ => outcome.ToString(),
        };
    }
}
