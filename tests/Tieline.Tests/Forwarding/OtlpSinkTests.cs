using System.Net;
using System.Net.Sockets;
using System.Text;
using Tieline.Forwarding;

namespace Tieline.Tests.Forwarding;

public sealed class OtlpSinkTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly OtlpSink _sink;

    public OtlpSinkTests()
    {
        _listener.Start();
        _sink = new OtlpSink(new ForwardOptions { Url = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}" }, "1.2.3", "h", TimeProvider.System);
    }

    public void Dispose()
    {
        _sink.Dispose();
        _listener.Dispose();
    }

    [Theory]
    [InlineData("200 OK", "", null)]
    [InlineData("200 OK", "0a00", null)]
    [InlineData("200 OK", "0a020803", "refused 3 of the lines")]
    [InlineData("200 OK", "ffffffff", "no OTLP")]
    [InlineData("401 Unauthorized", "", "answered 401")]
    [InlineData("503 Service Unavailable", "", "answered 503")]
    public async Task SendAsync_OnlyASuccessThatRefusesNothing_IsTaken(string status, string answerHex, string? problem)
    {
        var record = new ForwardRecord(Encoding.UTF8.GetBytes("""{"action":"é"}"""), "accepted", 7, DateTimeOffset.UnixEpoch.AddSeconds(1));
        var sending = _sink.SendAsync([record], TestContext.Current.CancellationToken);
        var request = await AnswerAsync(status, Convert.FromHexString(answerHex));
        if (problem is null)
            await sending;
        else
            (await Should.ThrowAsync<ForwardException>(sending)).Message.ShouldContain(problem);

        request.AsSpan().StartsWith("POST /v1/logs HTTP/1.1"u8).ShouldBeTrue();
        request.AsSpan().IndexOf(record.Line).ShouldBeGreaterThan(0);
        request.AsSpan().IndexOf("tieline.audit.accepted"u8).ShouldBeGreaterThan(0);
        // time_unix_nano, fixed64: a second.
        request.AsSpan().IndexOf(Convert.FromHexString("0900CA9A3B00000000")).ShouldBeGreaterThan(0);
    }

    private async Task<byte[]> AnswerAsync(string status, byte[] body)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var client = await _listener.AcceptSocketAsync(cancellation);
        var request = new List<byte>();
        var buffer = new byte[64 * 1024];
        while (!IsWhole(request))
            request.AddRange(buffer[..await client.ReceiveAsync(buffer, cancellation)]);
        await client.SendAsync((byte[])[.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body], cancellation);
        return [.. request];
    }

    private static bool IsWhole(List<byte> request)
    {
        var text = Encoding.Latin1.GetString([.. request]);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        const string Length = "Content-Length: ";
        return end > 0 && request.Count >= end + 4 + int.Parse(text[(text.IndexOf(Length, StringComparison.Ordinal) + Length.Length)..].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
