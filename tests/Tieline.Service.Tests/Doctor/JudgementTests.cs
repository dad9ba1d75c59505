using Tieline.Delivery;
using Tieline.Http;
using Tieline.Service.Doctor;

namespace Tieline.Service.Tests.Doctor;

/// <summary>What the checks make of what they see.</summary>
public sealed class JudgementTests
{
    private static readonly DateTimeOffset _now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private static readonly Target _genesys = new("Genesys's API", new Uri("https://api.mypurecloud.de/"), HttpMethod.Head, new Dictionary<string, Secret>());

    [Theory]
    [InlineData(0, 0, 0.2, 0)]
    [InlineData(0, 0.9, 1.1, 0)] // they said 09:00:00 and meant 09:00:00.999
    [InlineData(1, 0, 0.2, 0.8)] // they said 09:00:01 when it was 09:00:00.2 here at the latest
    [InlineData(-1, 0, 0.2, 0)]
    [InlineData(-2, 0, 0.2, -1)]
    [InlineData(90, 0, 0.5, 89.5)]
    [InlineData(-90, 0, 0.5, -89)]
    public void Skew_is_what_whole_seconds_and_the_way_cannot_explain(double date, double sentAt, double receivedAt, double expected) =>
        ClockSkew.Of(_now.AddSeconds(date), _now.AddSeconds(sentAt), _now.AddSeconds(receivedAt)).TotalSeconds.ShouldBe(expected, 0.0001);

    [Theory]
    [InlineData(0, "pass", "agrees")]
    [InlineData(1, "pass", "0.9 s behind")]
    [InlineData(4, "warn", "behind")]
    [InlineData(-4, "warn", "ahead of")]
    [InlineData(62, "fail", "behind")]
    [InlineData(-62, "fail", "ahead of")]
    public void A_clock_two_seconds_off_is_doubtful_and_a_minute_off_is_wrong(int seconds, string verdict, string words)
    {
        var finding = ClockCheck.Judge(Answered(200) with { Date = _now.AddSeconds(seconds) });

        Finding.NameOf(finding.Verdict).ShouldBe(verdict);
        finding.Seen.ShouldContain(words);
    }

    [Fact]
    public void Without_a_date_the_clock_is_not_judged()
    {
        ClockCheck.Judge(Answered(200)).Verdict.ShouldBe(Verdict.Skip);
        ClockCheck.Judge(Silent("ConnectionRefused")).Verdict.ShouldBe(Verdict.Skip);
    }

    [Theory]
    [InlineData(-100, 15, "pass", "valid since 2025-11-22 (100 days), until 2026-03-17 (15 days)")]
    [InlineData(-100, 13, "warn", "until 2026-03-15 (13 days)")]
    [InlineData(-100, -1, "fail", "it has ended")]
    [InlineData(1, 100, "fail", "it does not hold yet: from 2026-03-03 09:00 UTC")]
    public void Our_own_certificate_is_told_with_its_age(int from, int until, string verdict, string words)
    {
        var finding = ClientCertificateCheck.Judge("crm", _now.AddDays(from), _now.AddDays(until), _now);

        Finding.NameOf(finding.Verdict).ShouldBe(verdict);
        finding.Subject.ShouldBe("crm");
        finding.Seen.ShouldContain(words);
        (finding.Advice is null).ShouldBe(finding.Verdict == Verdict.Pass);
    }

    [Theory]
    [InlineData(15, null, "pass", "15 days")]
    [InlineData(13, null, "warn", "13 days")]
    [InlineData(300, "it is for another name", "fail", "it is for another name")]
    [InlineData(-1, "NotTimeValid", "fail", "NotTimeValid")]
    public void A_certificate_is_judged_by_trust_and_by_what_is_left_of_it(int days, string? problem, string verdict, string words)
    {
        var finding = TlsCheck.Judge(_genesys, Answered(404) with { Certificate = new SeenCertificate("TLS 1.3", "An Issuer", _now.AddDays(days), problem) }, _now);

        Finding.NameOf(finding.Verdict).ShouldBe(verdict);
        finding.Subject.ShouldBe("api.mypurecloud.de:443");
        finding.Seen.ShouldContain(words);
        finding.Seen.ShouldContain("An Issuer");
        (finding.Advice is null).ShouldBe(finding.Verdict == Verdict.Pass);
    }

    [Fact]
    public void One_cause_fails_once()
    {
        TlsCheck.Judge(_genesys, Silent("ConnectionRefused"), _now).Verdict.ShouldBe(Verdict.Fail);
        TlsCheck.Judge(_genesys, Silent(HostProbe.Unresolved), _now).Verdict.ShouldBe(Verdict.Skip);
        TlsCheck.Judge(Crm(), Silent("ConnectionRefused"), _now).Verdict.ShouldBe(Verdict.Skip);
        DestinationCheck.Judge(Crm(), Silent("ConnectionRefused")).Verdict.ShouldBe(Verdict.Fail);
        TlsCheck.Judge(Crm("http://127.0.0.1:1"), Silent("ConnectionRefused"), _now).Verdict.ShouldBe(Verdict.Skip);
    }

    [Theory]
    [InlineData(200, "pass")]
    [InlineData(204, "pass")]
    [InlineData(400, "pass")]
    [InlineData(405, "pass")]
    [InlineData(301, "warn")]
    [InlineData(401, "warn")]
    [InlineData(403, "warn")]
    [InlineData(404, "warn")]
    [InlineData(410, "warn")]
    [InlineData(429, "warn")]
    [InlineData(503, "warn")]
    public void A_destination_that_answers_is_there_and_some_answers_are_doubtful(int status, string verdict)
    {
        var finding = DestinationCheck.Judge(Crm(), Answered(status));

        Finding.NameOf(finding.Verdict).ShouldBe(verdict);
        finding.Subject.ShouldBe("crm");
        finding.Seen.ShouldContain($"answered {status} to OPTIONS");
        (finding.Advice is null).ShouldBe(verdict == "pass");
    }

    [Theory]
    [InlineData(99, "fail")]
    [InlineData(100, "warn")]
    [InlineData(1023, "warn")]
    [InlineData(1024, "pass")]
    public async Task Disk_space_is_short_below_a_gibibyte_and_too_little_below_a_tenth(long mebibytes, string verdict)
    {
        var findings = await new DiskSpaceCheck(new DataFolder("/tmp"), _ => mebibytes << 20).RunAsync(TestContext.Current.CancellationToken);

        Finding.NameOf(findings.ShouldHaveSingleItem().Verdict).ShouldBe(verdict);
    }

    [Theory]
    [InlineData("Refused (403). The role needs x", "Refused (403)", "The role needs x")]
    [InlineData("cannot be reached (X); is it open outbound?", "cannot be reached (X)", "Is it open outbound?")]
    [InlineData("did not answer", "did not answer", "otherwise")]
    public void A_sentence_of_trouble_is_cut_into_what_was_seen_and_what_to_do(string reason, string seen, string advice)
    {
        var finding = Finding.Of("x", null, Verdict.Fail, reason, "otherwise");

        (finding.Seen, finding.Advice).ShouldBe((seen, advice));
    }

    [Fact]
    public void The_proxy_in_effect_is_named_and_who_named_it()
    {
        var crm = Target.Of(new DestinationOptions { Url = new Uri("https://crm.example/hook"), Proxy = { Url = new Uri("http://proxy.example:3128"), Username = "me", Password = new Secret("hunter2") } });

        DestinationCheck.Judge(crm, Answered(200)).Seen.ShouldEndWith("through the proxy proxy.example:3128 (crm:Proxy:Url)");
        var unreached = TlsCheck.Judge(_genesys with { ProxyOptions = new ProxyOptions { Url = new Uri("http://proxy.example:3128") } }, Silent("ConnectionRefused"), _now);
        unreached.Seen.ShouldEndWith("through the proxy proxy.example:3128 (Genesys:Proxy:Url)");
        unreached.Advice.ShouldNotBeNull().ShouldContain("Check that the proxy proxy.example:3128");
    }

    private static Target Crm(string url = "https://crm.example/hook?key=hunter2") => Target.Of(new DestinationOptions { Url = new Uri(url) });

    private static ProbeAnswer Answered(int status) => new(status, null, _now, _now.AddMilliseconds(100), null, null);

    private static ProbeAnswer Silent(string problem) => new(null, null, _now, _now.AddSeconds(1), null, problem);
}
