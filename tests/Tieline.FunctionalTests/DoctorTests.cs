using System.Text.Json;
using Tieline.FunctionalTests.Support;

namespace Tieline.FunctionalTests;

public sealed class DoctorTests
{
    [Theory]
    [InlineData("AnalyticsStream", "stream")]
    [InlineData("Notifications", "topics")]
    public async Task The_doctor_finds_nothing_beside_a_Tieline_that_runs_and_disturbs_nothing(string source, string check)
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, TimeSpan.FromSeconds(20));

        var examined = await DoctorAsync(site, $"Genesys:Source={source}");

        examined.ExitCode.ShouldBe(0, examined.ToString());
        VerdictOf(examined, check).ShouldBe("pass");
        examined.ToString().ShouldNotContain("simulator-secret");
        await site.MoreDeliveriesAsync(20, TimeSpan.FromSeconds(20));
        (await site.MetricsAsync())["reconnectionCount"].ShouldBe(0);
        site.Log.ShouldNotContain(line => line.Level == "Warning" || line.Level == "Error" || line.Level == "Fatal");
        (await site.SettleAsync(TimeSpan.FromSeconds(20))).ShouldBeUndisturbed();
    }

    [Fact]
    public async Task A_wrong_secret_and_a_crm_that_is_down_are_both_told_and_exit_with_3()
    {
        await using var site = await Site.StartAsync(options =>
        {
            options.Start = false;
            options.Environment["GENESYS_CLIENT_SECRET"] = "not-the-secret-3141";
        });
        await site.Crm.DownAsync();

        var examined = await DoctorAsync(site);

        examined.ExitCode.ShouldBe(3, examined.ToString());
        VerdictOf(examined, "token").ShouldBe("fail");
        VerdictOf(examined, "destination").ShouldBe("fail");
        VerdictOf(examined, "stream").ShouldBe("skip");
        examined.ToString().ShouldNotContain("3141");
    }

    private static Task<CommandResult> DoctorAsync(Site site, params string[] settings) =>
        site.RunAsync(["doctor", "--json", .. settings.SelectMany(setting => (string[])["--set", setting])]);

    private static string VerdictOf(CommandResult result, string check)
    {
        using var report = JsonDocument.Parse(result.Output);
        return report.RootElement.GetProperty("checks").EnumerateArray().First(c => c.GetProperty("check").GetString() == check).GetProperty("verdict").GetString()!;
    }
}
