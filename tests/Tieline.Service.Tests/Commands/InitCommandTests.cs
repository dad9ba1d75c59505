using Tieline.Genesys;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Commands;

public sealed class InitCommandTests : IDisposable
{
    private const string Secret = "s3cr&t of 'nobody'";

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task What_is_typed_becomes_a_configuration_that_is_valid()
    {
        _sandbox.Typed = "\n mypurecloud.de\nclient-1\n" + Secret + "\nhttps://crm.example/hook\n\n";

        var ran = await _sandbox.RunAsync("init", "--no-doctor");

        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
        (ran.Output + ran.Error).ShouldNotContain(Secret);
        var options = _sandbox.Options();
        (options.Genesys.Source, options.Genesys.Region, options.Genesys.ClientId, options.Genesys.ClientSecret.Reveal()).ShouldBe((GenesysSource.Notifications, "mypurecloud.de", "client-1", Secret));
        options.Destinations.ShouldHaveSingleItem().Url!.OriginalString.ShouldBe("https://crm.example/hook");
        options.Destinations[0].Signing.SecretFile.ShouldNotBeNull();
        File.GetUnixFileMode(At(".env")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(At("crm.secret")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ReadAllText(At("tieline.json")).ShouldNotContain(Secret);
    }

    [Fact]
    public async Task A_wrong_answer_is_told_and_asked_again()
    {
        _sandbox.Typed = "Smoke\nAnalyticsStream\nmypurecloud.xx\neu-central-1\n\nid\nsecret\nhttp://crm.example/hook\nhttps://crm.example/hook\nn\n";

        var ran = await _sandbox.RunAsync("init", "--no-doctor");

        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
        ran.Error.ShouldContain("must be one of");
        ran.Error.ShouldContain("It has to be known.");
        var options = _sandbox.Options();
        (options.Genesys.Source, options.Genesys.Region, options.Genesys.ClientId).ShouldBe((GenesysSource.AnalyticsStream, "eu-central-1", "id"));
        options.Destinations[0].Signing.SecretFile.ShouldBeNull();
    }

    [Fact]
    public async Task Without_a_terminal_flags_say_it_all()
    {
        _sandbox.File("genesys", "from-a-file");

        var ran = await _sandbox.RunAsync("init", "--no-doctor", "--source", "analyticsstream", "--region", "mypurecloud.ie", "--client-id", "id", "--client-secret-file", "genesys", "--crm-url", "https://crm.example/h?a=1", "--sign", "false");

        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
        var options = _sandbox.Options();
        options.Genesys.ClientSecretFile.ShouldNotBeNull();
        options.Destinations[0].Url!.OriginalString.ShouldBe("https://crm.example/h?a=1");
        Directory.GetFiles(_sandbox.Path).Select(Path.GetFileName).ShouldBe([".env", "genesys", "tieline.json"], ignoreOrder: true);
    }

    [Fact]
    public async Task Without_a_terminal_all_that_is_missing_or_wrong_is_told_at_once_and_nothing_written()
    {
        var ran = await _sandbox.RunAsync("init", "--crm-url", "http://crm.example/hook", "--source", "Smoke");

        ran.ExitCode.ShouldBe(ExitCode.Usage);
        foreach (var flag in (string[])["--crm-url: ", "--source: ", "--client-id is missing", "--client-secret-file is missing"])
            ran.Error.ShouldContain(flag);
        Directory.GetFiles(_sandbox.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_there_is_not_written_over_without_force()
    {
        _sandbox.Json("{}");
        _sandbox.Typed = "";

        var ran = await _sandbox.RunAsync("init");

        ran.ExitCode.ShouldBe(ExitCode.Failed);
        ran.Error.ShouldContain("tieline.json is there already; --force writes over it.");
    }

    [Fact]
    public async Task It_ends_in_the_doctor()
    {
        _sandbox.File("genesys", "from-a-file");

        var ran = await _sandbox.RunAsync("init", "--client-id", "id", "--client-secret-file", "genesys", "--crm-url", "http://127.0.0.1:1/", "--region", "mypurecloud.ie");

        ran.ExitCode.ShouldBe(ExitCode.Wanting, ran.Error);
        ran.Output.ShouldContain("failed,");
    }

    private string At(string file) => Path.Combine(_sandbox.Path, file);
}
