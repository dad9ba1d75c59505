using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

public sealed class MutualTlsTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly TielineMetrics _metrics = new();
    private readonly LogGuard _logs = new();
    private readonly ECDsa _caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _ca;

    public MutualTlsTests()
    {
        var request = new CertificateRequest("CN=Test CA", _caKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow(); // OpenSSL has the machine's clock
        _ca = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(_directory.FileNamed("ca.pem"), _ca.ExportCertificatePem());
    }

    public void Dispose()
    {
        _ca.Dispose();
        _caKey.Dispose();
        _metrics.Dispose();
        _directory.Dispose();
        _logs.Dispose();
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("pem and key")]
    [InlineData("pfx")]
    public async Task A_crm_with_a_private_ca_sees_the_client_certificate(string form)
    {
        await using var crm = await WebEndpoint.StartAsync(Issue("CN=localhost"));
        var options = new DestinationOptions { Url = crm.Url };
        options.Tls.CaFile = _directory.FileNamed("ca.pem");
        Write(form, options.Tls);

        (await SendAsync(options)).ShouldBe(new DeliveryOutcome.Accepted(200));
        crm.Requests.Single().ClientCertificate.ShouldBe("CN=tieline");
    }

    [Fact]
    public async Task A_crm_whose_ca_nobody_vouches_for_gets_nothing()
    {
        await using var crm = await WebEndpoint.StartAsync(Issue("CN=localhost"));

        (await SendAsync(new DestinationOptions { Url = crm.Url })).ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.ConnectFailed, null, null));
        crm.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task When_both_certificates_end_is_known_from_the_handshake_and_from_the_file()
    {
        using var shown = Issue("CN=localhost", TimeSpan.FromHours(20));
        await using var crm = await WebEndpoint.StartAsync(shown);
        var options = new DestinationOptions { Url = crm.Url };
        options.Tls.CaFile = _directory.FileNamed("ca.pem");
        Write("pem", options.Tls);
        using var handler = Destination.CreateHandler(options);
        var destination = Destination.Create(options, handler, "test", TimeProvider.System, _metrics, _logs);
        using var own = X509CertificateLoader.LoadCertificateFromFile(options.Tls.ClientCertificateFile!);

        destination.Lifetimes.ServerCertificateUntil.ShouldBeNull();
        destination.Lifetimes.ClientCertificateUntil.ShouldBe(EndOf(own));
        await destination.SendAsync(Entries.Entry(1), TestContext.Current.CancellationToken);

        destination.Lifetimes.ServerCertificateUntil.ShouldBe(EndOf(shown));
    }

    [Fact]
    public async Task The_certificate_of_the_host_that_gives_tokens_is_not_the_crms()
    {
        using var certificate = Issue("CN=localhost");
        await using var tokens = await WebEndpoint.StartAsync(certificate);
        await using var crm = await WebEndpoint.StartAsync(certificate);
        tokens.Answer = _ => (503, "");
        var options = new DestinationOptions { Url = crm.Url, Authentication = { Type = AuthenticationType.OAuth2, TokenUrl = tokens.Url, ClientId = "tieline", ClientSecret = new Secret("s") } };
        options.Tls.CaFile = _directory.FileNamed("ca.pem");
        Write("pem", options.Tls);
        using var handler = Destination.CreateHandler(options);
        var destination = Destination.Create(options, handler, "test", TimeProvider.System, _metrics, _logs);

        (await destination.SendAsync(Entries.Entry(1), TestContext.Current.CancellationToken)).ShouldBeOfType<DeliveryOutcome.BackOff>();

        tokens.Requests.ShouldNotBeEmpty();
        destination.Lifetimes.ServerCertificateUntil.ShouldBeNull();
    }

    [Fact]
    public async Task The_certificate_of_whom_nobody_vouches_for_is_not_taken_for_the_crms()
    {
        await using var crm = await WebEndpoint.StartAsync(Issue("CN=localhost"));
        var options = new DestinationOptions { Url = crm.Url };
        using var handler = Destination.CreateHandler(options);
        var destination = Destination.Create(options, handler, "test", TimeProvider.System, _metrics, _logs);

        await destination.SendAsync(Entries.Entry(1), TestContext.Current.CancellationToken);

        destination.Lifetimes.ServerCertificateUntil.ShouldBeNull();
        destination.Lifetimes.ClientCertificateUntil.ShouldBeNull();
    }

    [Fact]
    public void What_is_no_certificate_is_refused_at_start_with_the_files_name()
    {
        var file = _directory.FileNamed("bad");
        File.WriteAllText(file, "hunter2");
        var result = new TlsOptionsValidator().Validate("Destinations:0:Tls", new TlsOptions { ClientCertificateFile = file, CaFile = file });

        result.Failures!.Count().ShouldBe(2);
        var message = result.FailureMessage!;
        message.ShouldContain("Destinations:0:Tls:ClientCertificateFile: must be a certificate with its private key");
        message.ShouldContain($"Destinations:0:Tls:CaFile: must be a file of PEM certificates, was '{file}'");
        message.ShouldNotContain("hunter2");
    }

    [Fact]
    public void A_wrong_password_is_refused_at_start()
    {
        var options = new TlsOptions();
        Write("pfx", options);
        (options.ClientCertificatePassword, options.ClientCertificatePasswordFile) = (new Secret("wrong"), null);

        new TlsOptionsValidator().Validate(null, options).Failed.ShouldBeTrue();
    }

    private async Task<DeliveryOutcome> SendAsync(DestinationOptions options)
    {
        using var handler = Destination.CreateHandler(options);
        return await Destination.Create(options, handler, "test", TimeProvider.System, _metrics, _logs).SendAsync(Entries.Entry(1), TestContext.Current.CancellationToken);
    }

    private void Write(string form, TlsOptions options)
    {
        using var certificate = Issue("CN=tieline");
        var key = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        options.ClientCertificateFile = _directory.FileNamed("client");
        switch (form)
        {
            case "pem":
                File.WriteAllText(options.ClientCertificateFile, $"{certificate.ExportCertificatePem()}\n{key}\n");
                break;
            case "pem and key":
                File.WriteAllText(options.ClientCertificateFile, $"{certificate.ExportCertificatePem()}\n");
                File.WriteAllText(options.ClientCertificateKeyFile = _directory.FileNamed("key"), key);
                break;
            default:
                File.WriteAllBytes(options.ClientCertificateFile, certificate.Export(X509ContentType.Pkcs12, "pw"));
                File.WriteAllText(options.ClientCertificatePasswordFile = _directory.FileNamed("password"), "pw\n");
                break;
        }
    }

    private static DateTimeOffset EndOf(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());

    private X509Certificate2 Issue(string subject, TimeSpan? lifetime = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(_ca, now.AddHours(-1), now + (lifetime ?? TimeSpan.FromHours(1)), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
