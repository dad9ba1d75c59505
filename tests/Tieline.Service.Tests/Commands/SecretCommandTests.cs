using Tieline.Delivery;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Commands;

public sealed class SecretCommandTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Create_makes_a_secret_that_only_its_owner_may_read_and_does_not_print_it()
    {
        var ran = await _sandbox.RunAsync("secret", "create", "crm.secret");

        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
        SigningKey.Parse(Read("crm.secret"), out _).ShouldNotBeNull().Algorithm.ShouldBe(SigningAlgorithm.V1);
        File.GetUnixFileMode(At("crm.secret")).ShouldBe(OwnerOnly);
        (ran.Output + ran.Error).ShouldNotContain(Read("crm.secret").Trim());
    }

    [Fact]
    public async Task Create_writes_over_nothing()
    {
        _sandbox.File("crm.secret", "mine");

        (await _sandbox.RunAsync("secret", "create", "crm.secret")).ExitCode.ShouldBe(ExitCode.Failed);
        Read("crm.secret").ShouldBe("mine");
    }

    [Fact]
    public async Task Rotate_writes_a_new_secret_and_keeps_the_old_one_beside_it()
    {
        var old = SigningKey.Create(SigningAlgorithm.V1).Text;
        _sandbox.File("crm.secret", old);

        var ran = await RotateAsync(SecretFile);

        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
        Read("crm.secret.previous").Trim().ShouldBe(old);
        SigningKey.Parse(Read("crm.secret"), out _).ShouldNotBeNull().Text.ShouldNotBe(old);
        foreach (var file in (string[])["crm.secret", "crm.secret.previous"])
            File.GetUnixFileMode(At(file)).ShouldBe(OwnerOnly);
        Directory.GetFiles(_sandbox.Path).Length.ShouldBe(3);
    }

    [Fact]
    public async Task Rotate_of_a_key_pair_prints_the_public_key_alone()
    {
        await _sandbox.RunAsync("secret", "create", "crm.secret", "--algorithm", "v1a");

        var ran = await RotateAsync(""" "Algorithm": "V1a", "SecretFile": "crm.secret" """);

        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
        ran.Output.Trim().ShouldBe(SigningKey.Parse(Read("crm.secret"), out _)!.ForReceiver);
    }

    [Fact]
    public async Task Rotate_twice_within_the_overlap_wants_to_be_sure()
    {
        _sandbox.File("crm.secret", SigningKey.Create(SigningAlgorithm.V1).Text);
        await RotateAsync(SecretFile);
        var second = Read("crm.secret");

        var ran = await RotateAsync(SecretFile);
        ran.ExitCode.ShouldBe(ExitCode.Failed);
        ran.Error.ShouldContain("--force");
        Read("crm.secret").ShouldBe(second);

        (await RotateAsync(SecretFile, "--force")).ExitCode.ShouldBe(ExitCode.Done);
        Read("crm.secret.previous").ShouldBe(second);
    }

    [Fact]
    public async Task Rotate_of_a_secret_that_is_in_no_file_says_what_to_do()
    {
        var ran = await RotateAsync($""" "Secret": "{SigningKey.Create(SigningAlgorithm.V1).Text}" """);

        ran.ExitCode.ShouldBe(ExitCode.Failed);
        ran.Error.ShouldContain("does not have its secrets in files");
    }

    [Fact]
    public async Task Rotate_without_a_secret_says_how_to_make_one() =>
        (await RotateAsync("")).Error.ShouldContain("tieline secret create");

    [Fact]
    public async Task Rotate_of_a_destination_that_is_not_there_names_those_that_are()
    {
        _sandbox.File("crm.secret", SigningKey.Create(SigningAlgorithm.V1).Text);

        var ran = await RotateAsync(SecretFile, "--destination", "other");

        ran.ExitCode.ShouldBe(ExitCode.Failed);
        ran.Error.ShouldContain("There is no destination 'other'; there is: crm.");
    }

    private const string SecretFile = """ "SecretFile": "crm.secret" """;

    private Task<Ran> RotateAsync(string signing, params string[] more)
    {
        _sandbox.Json($$"""{ "Destinations": [{ "Signing": { {{signing}} } }] }""");
        return _sandbox.RunAsync(["secret", "rotate", .. more]);
    }

    private string At(string file) => Path.Combine(_sandbox.Path, file);

    private string Read(string file) => File.ReadAllText(At(file));
}
