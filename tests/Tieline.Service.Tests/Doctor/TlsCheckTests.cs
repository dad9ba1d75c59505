using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Tieline.Delivery;
using Tieline.Service.Doctor;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Doctor;

/// <summary>A CRM behind a private CA that asks for a client certificate: the doctor sees it as delivery does.</summary>
public sealed class TlsCheckTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly ECDsa _caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private X509Certificate2 _ca = null!;
    private X509Certificate2 _shown = null!;
    private WebApplication _crm = null!;
    private int _requests;

    public async ValueTask InitializeAsync()
    {
        _ca = SelfSigned("CN=Private CA", _caKey);
        await File.WriteAllTextAsync(_directory.FileNamed("ca.pem"), _ca.ExportCertificatePem(), TestContext.Current.CancellationToken);
        using var client = Issue("CN=tieline");
        await File.WriteAllTextAsync(_directory.FileNamed("client.pem"), $"{client.ExportCertificatePem()}\n{client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n", TestContext.Current.CancellationToken);
        _shown = Issue("CN=crm");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = _shown;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.AllowAnyClientCertificate();
        })));
        _crm = builder.Build();
        _crm.Run(_ =>
        {
            Interlocked.Increment(ref _requests);
            return Task.CompletedTask;
        });
        await _crm.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _crm.DisposeAsync();
        _shown.Dispose();
        _ca.Dispose();
        _caKey.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task With_what_delivery_has_it_is_trusted_and_answers()
    {
        var (tls, there) = await ExamineAsync(Crm("ca.pem", "client.pem"));

        tls.Seen.ShouldContain("issued by Private CA");
        (tls.Verdict, there.Verdict).ShouldBe((Verdict.Warn, Verdict.Pass), tls.Seen); // it ends within 14 days
        _requests.ShouldBe(1);
    }

    [Fact]
    public async Task Without_the_CA_it_is_not_trusted_and_the_advice_names_the_key()
    {
        var (tls, there) = await ExamineAsync(Crm(null, "client.pem"));

        (tls.Verdict, there.Verdict).ShouldBe((Verdict.Fail, Verdict.Fail));
        tls.Seen.ShouldContain("not trusted");
        tls.Advice!.ShouldContain("Tls:CaFile");
        _requests.ShouldBe(0);
    }

    [Fact]
    public async Task With_another_CA_it_is_not_trusted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = SelfSigned("CN=Another CA", key);
        await File.WriteAllTextAsync(_directory.FileNamed("other.pem"), other.ExportCertificatePem(), TestContext.Current.CancellationToken);

        (await ExamineAsync(Crm("other.pem", "client.pem"))).Tls.Verdict.ShouldBe(Verdict.Fail);
        _requests.ShouldBe(0);
    }

    [Fact]
    public async Task Without_the_client_certificate_it_gives_no_answer()
    {
        (await ExamineAsync(Crm("ca.pem", null))).There.Verdict.ShouldBe(Verdict.Fail);
        _requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_a_finding_without_its_text()
    {
        await File.WriteAllTextAsync(_directory.FileNamed("bad.pem"), "hunter2", TestContext.Current.CancellationToken);

        var (_, there) = await ExamineAsync(Crm("bad.pem", null));

        there.Verdict.ShouldBe(Verdict.Fail);
        there.Seen.ShouldContain("a file of its Tls cannot be read");
        there.ToJson().ToJsonString().ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Two_destinations_on_one_host_are_each_judged_by_their_own_files()
    {
        IReadOnlyList<Target> targets = [Target.Of(Crm("ca.pem", "client.pem")), Target.Of(Crm(null, null)), Target.Of(Crm("ca.pem", "client.pem"))];

        var findings = await new TlsCheck(new HostProbe(targets, TimeProvider.System), TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

        findings.Select(finding => finding.Verdict).ShouldBe([Verdict.Warn, Verdict.Fail]);
    }

    private static async Task<(Finding Tls, Finding There)> ExamineAsync(DestinationOptions destination)
    {
        var target = Target.Of(destination);
        var probe = new HostProbe([target], TimeProvider.System);
        return ((await new TlsCheck(probe, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem(),
            (await new DestinationCheck(probe, [target]).RunAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem());
    }

    private DestinationOptions Crm(string? ca, string? client) => new()
    {
        Url = new Uri(_crm.Urls.First()),
        Tls = { CaFile = ca is null ? null : _directory.FileNamed(ca), ClientCertificateFile = client is null ? null : _directory.FileNamed(client) },
    };

    private static X509Certificate2 SelfSigned(string subject, ECDsa key)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow(); // OpenSSL has the machine's clock
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
    }

    private X509Certificate2 Issue(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(_ca, now.AddHours(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
