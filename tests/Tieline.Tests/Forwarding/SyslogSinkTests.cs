using System.Net;
using System.Net.Sockets;
using System.Text;
using Tieline.Forwarding;

namespace Tieline.Tests.Forwarding;

/// <summary>What counts as an acknowledgement, on real sockets.</summary>
public sealed class SyslogSinkTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SyslogSink _sink;

    public SyslogSinkTests()
    {
        _listener.Start();
        var options = new ForwardOptions { Url = $"tcp://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}" };
        _sink = new SyslogSink(options, new SyslogMessage(SyslogFacility.Audit, "h", 1, "1"), TimeProvider.System);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _sink.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task SendAsync_ReceiverReadsAllAndCloses_IsTaken()
    {
        var sending = _sink.SendAsync(Records(3), Cancellation);
        (await ReadAllAndCloseAsync()).ShouldBeEmpty(); // the probe
        var text = await ReadAllAndCloseAsync();
        await sending;
        text.Split("{\"n\":").Length.ShouldBe(4);

        // Proven once: no probe before the next.
        var next = _sink.SendAsync(Records(1), Cancellation);
        (await ReadAllAndCloseAsync()).ShouldContain("{\"n\":0}");
        await next;
    }

    [Fact]
    public async Task SendAsync_ReceiverClosesWithBytesUnread_IsNotTaken()
    {
        var sending = _sink.SendAsync(Records(3), Cancellation);
        await ReadAllAndCloseAsync();
        using (var client = await _listener.AcceptSocketAsync(Cancellation))
            (await client.ReceiveAsync(new byte[10], Cancellation)).ShouldBe(10);
        await Should.ThrowAsync<ForwardException>(sending);

        // And the next is preceded by a probe again.
        var again = _sink.SendAsync(Records(1), Cancellation);
        (await ReadAllAndCloseAsync()).ShouldBeEmpty();
        (await ReadAllAndCloseAsync()).ShouldNotBeEmpty();
        await again;
    }

    [Fact]
    public async Task SendAsync_ReceiverClosesBeforeAllHasCome_IsNotTaken()
    {
        var sending = _sink.SendAsync(Records(20_000), Cancellation);
        await ReadAllAndCloseAsync();
        using (var client = await _listener.AcceptSocketAsync(Cancellation))
            (await client.ReceiveAsync(new byte[100], Cancellation)).ShouldBe(100);
        await Should.ThrowAsync<ForwardException>(sending);
    }

    [Fact]
    public async Task ProbeAsync_NobodyListens_SaysSo()
    {
        _listener.Stop();
        (await Should.ThrowAsync<ForwardException>(_sink.ProbeAsync(Cancellation))).Message.ShouldContain("ConnectionRefused");
    }

    private async Task<string> ReadAllAndCloseAsync()
    {
        using var client = await _listener.AcceptSocketAsync(Cancellation);
        await using var stream = new NetworkStream(client);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(Cancellation);
    }

    private static List<ForwardRecord> Records(int count) => [.. Enumerable.Range(0, count).Select(n => new ForwardRecord(Encoding.UTF8.GetBytes($"{{\"n\":{n}}}"), "accepted", n + 1, null))];
}
