using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tieline.Forwarding;
using Tieline.TestKit;

namespace Tieline.Tests.Forwarding;

/// <summary>Who gets lines over TLS, on real sockets.</summary>
public sealed class SyslogTlsTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly CertificateAuthority _trusted = new();
    private readonly CertificateAuthority _stranger = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ForwardOptions _options;
    private readonly SyslogSink _sink;

    public SyslogTlsTests()
    {
        _listener.Start();
        _options = new ForwardOptions { Url = $"tls://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}" };
        _options.Tls.CaFile = _directory.FileNamed("ca.pem");
        File.WriteAllText(_options.Tls.CaFile, _trusted.Pem);
        _sink = new SyslogSink(_options, new SyslogMessage(SyslogFacility.Audit, "h", 1, "1"), TimeProvider.System);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _sink.Dispose();
        _listener.Dispose();
        _trusted.Dispose();
        _stranger.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task SendAsync_CertificateIsOfTheCaFile_LinesAreTakenOneConnectionABatch()
    {
        using var certificate = _trusted.Issue("127.0.0.1");
        foreach (var isFirst in (bool[])[true, false])
        {
            var sending = _sink.SendAsync(Records(3), Cancellation);
            if (isFirst)
                (await ReadAllAndCloseAsync(certificate)).ShouldBeEmpty(); // the probe
            var text = await ReadAllAndCloseAsync(certificate);
            await sending;
            text.Split("{\"n\":").Length.ShouldBe(4);
        }
    }

    [Theory]
    [InlineData("another CA", "errors in the certificate chain: ")]
    [InlineData("another name", "RemoteCertificateNameMismatch")]
    [InlineData("expired", "NotTimeValid")]
    public async Task SendAsync_CertificateIsNotToBeTrusted_NothingIsSentUntilTheRightOneIsThere(string fault, string said)
    {
        using var wrong = fault switch
        {
            "another CA" => _stranger.Issue("127.0.0.1"),
            "another name" => _trusted.Issue("siem.example"),
            _ => _trusted.Issue("127.0.0.1", TimeProvider.System.GetUtcNow().AddHours(-1)),
        };
        var refused = _sink.SendAsync(Records(3), Cancellation);
        (await ReadAllAndCloseAsync(wrong)).ShouldBeEmpty();
        var message = (await Should.ThrowAsync<ForwardException>(refused)).Message;
        message.ShouldStartWith($"{_options.Url} did not agree on TLS (");
        message.ShouldContain(said);

        await ShouldBeTakenAsync();
    }

    [Fact]
    public async Task SendAsync_CaFileIsReplaced_TheNextConnectionTrustsIt()
    {
        File.WriteAllText(_options.Tls.CaFile!, _stranger.Pem);
        using (var certificate = _trusted.Issue("127.0.0.1"))
        {
            var refused = _sink.SendAsync(Records(3), Cancellation);
            (await ReadAllAndCloseAsync(certificate)).ShouldBeEmpty();
            await Should.ThrowAsync<ForwardException>(refused);
        }

        File.WriteAllText(_options.Tls.CaFile!, _trusted.Pem);
        await ShouldBeTakenAsync();
    }

    [Theory]
    [InlineData(null, "ca.pem")]
    [InlineData("nothing", "it holds no PEM certificate")]
    public async Task SendAsync_CaFileCannotBeUsed_SaysSoAndIsTakenOnceItCan(string? text, string said)
    {
        File.Delete(_options.Tls.CaFile!);
        if (text is not null)
            File.WriteAllText(_options.Tls.CaFile!, text);
        var message = (await Should.ThrowAsync<ForwardException>(_sink.SendAsync(Records(3), Cancellation))).Message;
        message.ShouldStartWith("a file of Audit:Forward:Tls cannot be used: ");
        message.ShouldContain(said);
        _listener.Pending().ShouldBeFalse();

        File.WriteAllText(_options.Tls.CaFile!, _trusted.Pem);
        await ShouldBeTakenAsync();
    }

    [Fact]
    public async Task SendAsync_ReceiverSpeaksNoTls_IsGivenNoLine()
    {
        var refused = _sink.SendAsync(Records(3), Cancellation);
        using (var client = await _listener.AcceptSocketAsync(Cancellation))
        {
            var hello = new byte[16 * 1024];
            var length = await client.ReceiveAsync(hello, Cancellation);
            hello[0].ShouldBe((byte)22, "TLS's handshake");
            Encoding.Latin1.GetString(hello, 0, length).ShouldNotContain("{\"n\":");
        }

        (await Should.ThrowAsync<ForwardException>(refused)).Message.ShouldContain("did not agree on TLS");
    }

    private async Task ShouldBeTakenAsync()
    {
        using var right = _trusted.Issue("127.0.0.1");
        var sending = _sink.SendAsync(Records(3), Cancellation);
        (await ReadAllAndCloseAsync(right)).ShouldBeEmpty();
        (await ReadAllAndCloseAsync(right)).Split("{\"n\":").Length.ShouldBe(4);
        await sending;
    }

    /// <summary>As OpenSSL's servers do: closes when TLS has ended.</summary>
    /// <returns>Nothing, too, where the sender broke off: in TLS 1.3 it looks at the certificate when the receiver's part of the handshake is done.</returns>
    private async Task<string> ReadAllAndCloseAsync(X509Certificate2 certificate)
    {
        using var client = await _listener.AcceptSocketAsync(Cancellation);
        await using var tls = new SslStream(new NetworkStream(client));
        using var all = new MemoryStream();
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, Cancellation);
            await tls.CopyToAsync(all, Cancellation);
            await tls.ShutdownAsync();
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // It broke off.
        }

        return Encoding.UTF8.GetString(all.ToArray());
    }

    private static List<ForwardRecord> Records(int count) => [.. Enumerable.Range(0, count).Select(n => new ForwardRecord(Encoding.UTF8.GetBytes($"{{\"n\":{n}}}"), "accepted", n + 1, null))];
}
