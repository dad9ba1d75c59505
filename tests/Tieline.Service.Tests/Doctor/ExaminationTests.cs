using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Tieline.Delivery;
using Tieline.Service.Configuration;
using Tieline.Service.Doctor;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Doctor;

public sealed class ExaminationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tieline-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_check_that_breaks_hides_no_other_and_its_text_is_not_shown()
    {
        var report = await new Examination([new Broken(), new Good()], TimeProvider.System).RunAsync(_ => { }, TestContext.Current.CancellationToken);

        report.Findings.Select(finding => (finding.Check, finding.Verdict)).ShouldBe([("broken", Verdict.Fail), ("good", Verdict.Pass)]);
        report.Findings[0].Seen.ShouldContain("InvalidOperationException");
        report.ToJson().ToJsonString().ShouldNotContain("hunter2");
        report.IsGood.ShouldBeFalse();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(120, false)]
    public void A_finding_is_one_line_in_a_pipe_and_wraps_in_a_window(int? width, bool isOneLine)
    {
        var seen = string.Join(' ', Enumerable.Repeat("the certificate does not hold", 20));
        using var output = new StringWriter();

        new ExaminationReport([new Finding("tls", null, Verdict.Fail, seen, "get another")]).Write(output, width);

        var lines = output.ToString().Split('\n');
        lines.Any(line => line.Contains(seen, StringComparison.Ordinal) && line.Contains("get another", StringComparison.Ordinal)).ShouldBe(isOneLine);
        lines.Max(line => line.Length).ShouldBeLessThanOrEqualTo(width ?? 800);
    }

    [Fact]
    public async Task A_check_that_hangs_is_given_up_after_a_minute()
    {
        var clock = new ManualTime();
        var examining = new Examination([new Hanging(), new Good()], clock).RunAsync(_ => { }, TestContext.Current.CancellationToken);
        (await clock.Waits.ReadAsync(TestContext.Current.CancellationToken)).ShouldBe(TimeSpan.FromSeconds(60));

        clock.Advance(TimeSpan.FromSeconds(60));

        (await examining).Findings.Select(finding => (finding.Check, finding.Verdict)).ShouldBe([("hanging", Verdict.Fail), ("good", Verdict.Pass)]);
    }

    [Fact]
    public async Task Who_stops_it_stops_it()
    {
        using var stop = new CancellationTokenSource();
        var examining = new Examination([new Hanging()], TimeProvider.System).RunAsync(_ => { }, stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(examining);
    }

    [Fact]
    public async Task A_client_certificate_that_cannot_be_read_is_a_finding_and_one_that_is_not_set_is_none()
    {
        var file = Path.Combine(_folder.FullName, "client.pem");
        await File.WriteAllTextAsync(file, "hunter2", TestContext.Current.CancellationToken);
        var check = new ClientCertificateCheck([new DestinationOptions(), new DestinationOptions { Name = "erp", Tls = { ClientCertificateFile = file } }], TimeProvider.System);

        var finding = (await check.RunAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem();

        (finding.Subject, finding.Verdict).ShouldBe(("erp", Verdict.Fail));
        finding.ToJson().ToJsonString().ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task The_disk_is_measured_and_left_as_it_was()
    {
        var finding = (await new FlushCheck(new DataFolder(_folder.FullName), TimeProvider.System).RunAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem();

        finding.Verdict.ShouldBeOneOf(Verdict.Pass, Verdict.Warn);
        finding.Seen.ShouldMatch(@"fsync of 4 KiB in .*: \d+\.\d ms at the median");
        _folder.GetFileSystemInfos().ShouldBeEmpty();
    }

    [Fact]
    public async Task Before_the_first_start_the_folder_above_is_measured()
    {
        var folder = new DataFolder(Path.Combine(_folder.FullName, "not", "yet"));

        var finding = (await new FlushCheck(folder, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem();

        folder.Nearest.ShouldBe(_folder.FullName);
        finding.Seen.ShouldContain("is made at the first start");
        _folder.GetFileSystemInfos().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("700", "600", Verdict.Pass, Verdict.Pass)]
    [InlineData("750", "640", Verdict.Warn, Verdict.Warn)]
    [InlineData("701", "604", Verdict.Warn, Verdict.Warn)]
    [InlineData("770", "600", Verdict.Fail, Verdict.Pass)]
    [InlineData("702", "600", Verdict.Fail, Verdict.Pass)]
    public async Task What_others_can_read_is_told(string folderMode, string fileMode, object folderVerdict, object fileVerdict)
    {
        var data = _folder.CreateSubdirectory("data");
        var secret = Path.Combine(_folder.FullName, "secret");
        await File.WriteAllTextAsync(secret, "hunter2", TestContext.Current.CancellationToken);
        data.UnixFileMode = (UnixFileMode)Convert.ToInt32(folderMode, 8);
        File.SetUnixFileMode(secret, (UnixFileMode)Convert.ToInt32(fileMode, 8));

        var findings = await new PermissionCheck(new DataFolder(data.FullName), [new SecretFile("Genesys:ClientSecretFile", secret)]).RunAsync(TestContext.Current.CancellationToken);

        findings.Select(finding => finding.Verdict).ShouldBe([(Verdict)folderVerdict, (Verdict)fileVerdict]);
        findings[1].Subject.ShouldBe($"{secret} (Genesys:ClientSecretFile)");
        findings[1].Seen.ShouldStartWith($"mode {fileMode}");
        if ((Verdict)fileVerdict == Verdict.Warn)
            findings[1].Advice.ShouldBe($"chmod 600 '{secret}'");
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_gets_no_request()
    {
        using var key = RSA.Create(2048);
        using var own = new CertificateRequest("CN=somebody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
        var requests = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(own)));
        await using var app = builder.Build();
        app.Run(_ =>
        {
            requests++;
            return Task.CompletedTask;
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var target = new Target("crm", new Uri(app.Urls.First()), HttpMethod.Options, new Dictionary<string, Secret> { ["Authorization"] = new Secret("hunter2") });

        var findings = await new TlsCheck(new HostProbe([target], TimeProvider.System), TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

        var finding = findings.ShouldHaveSingleItem();
        finding.Verdict.ShouldBe(Verdict.Fail);
        finding.Seen.ShouldContain("another name");
        finding.Seen.ShouldContain("issued by somebody");
        requests.ShouldBe(0);
    }

    private sealed class Good : ICheck
    {
        public string Name => "good";

        public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Finding>>([new Finding(Name, null, Verdict.Pass, "well")]);
    }

    private sealed class Broken : ICheck
    {
        public string Name => "broken";

        public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation) => throw new InvalidOperationException("hunter2");
    }

    private sealed class Hanging : ICheck
    {
        public string Name => "hanging";

        public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return [];
        }
    }
}
