using Tieline.Delivery;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

public sealed class DestinationLifetimesTests : IDisposable
{
    private static readonly DateTimeOffset _then = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Secrets_OfFiles_AreAsOldAsTheirFiles()
    {
        var options = new DestinationOptions { Signing = { SecretFile = Written("signing", _then) }, Authentication = { Type = AuthenticationType.Header, ValueFile = Written("value", _then.AddDays(1)) } };
        var lifetimes = new DestinationLifetimes(options);

        lifetimes.Secrets.ShouldBe([("signing", _then), ("header", _then.AddDays(1))]);
        Written("value", _then.AddDays(2));
        lifetimes.Secrets.ShouldBe([("signing", _then), ("header", _then.AddDays(2))]);
    }

    [Theory]
    [InlineData("Header", "header")]
    [InlineData("Basic", "password")]
    [InlineData("OAuth2", "client-secret")]
    public void Secrets_OfAnAuthentication_AreThoseItUses(string type, string expected)
    {
        var file = Written("secret", _then);
        var options = new DestinationOptions { Authentication = { Type = Enum.Parse<AuthenticationType>(type), ValueFile = file, PasswordFile = file, ClientSecretFile = file } };

        new DestinationLifetimes(options).Secrets.ShouldBe([(expected, _then)]);
    }

    [Fact]
    public void Secrets_ThatAreInNoFileOrWhoseFileIsGone_AreNotTold()
    {
        var options = new DestinationOptions { Signing = { SecretFile = _directory.FileNamed("gone") }, Authentication = { Type = AuthenticationType.Header, Value = new Secret("hunter2") } };

        new DestinationLifetimes(options).Secrets.ShouldBeEmpty();
    }

    private string Written(string name, DateTimeOffset at)
    {
        var path = _directory.FileNamed(name);
        File.WriteAllText(path, "hunter2");
        File.SetLastWriteTimeUtc(path, at.UtcDateTime);
        return path;
    }
}
