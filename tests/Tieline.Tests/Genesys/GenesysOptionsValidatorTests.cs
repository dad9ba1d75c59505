using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

public sealed class GenesysOptionsValidatorTests
{
    [Fact]
    public void Validate_TheFourValues_AreEnough() => ErrorsOf(Good()).ShouldBeEmpty();

    [Fact]
    public void Validate_Nothing_AsksForBothCredentialsByBothNames()
    {
        var errors = ErrorsOf(new GenesysOptions());
        errors.Count.ShouldBe(2);
        errors[0].ShouldContain("Genesys:ClientId");
        errors[0].ShouldContain("GENESYS_CLIENT_ID");
        errors[1].ShouldContain("Genesys:ClientSecret");
        errors[1].ShouldContain("GENESYS_CLIENT_SECRET");
    }

    [Fact]
    public void Validate_AnUnknownRegion_ListsTheDomains()
    {
        var options = Good();
        options.Region = "atlantis";
        var error = ErrorsOf(options).Single();
        error.ShouldContain("'atlantis'");
        error.ShouldContain("mypurecloud.de");
        error.ShouldContain("usw2.pure.cloud");
    }

    [Theory]
    [InlineData("http://api.example.com")]
    [InlineData("http://localhost.example.com")]
    [InlineData("http://192.168.1.1")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("wss://127.0.0.1")]
    [InlineData("/oauth/token")]
    public void Validate_AnUnsafeUrl_IsRefused(string url)
    {
        var options = Good();
        options.ApiUrl = new Uri(url, UriKind.RelativeOrAbsolute);
        options.TokenUrl = options.LoginUrl = options.ApiUrl;
        var errors = ErrorsOf(options);
        errors.Count.ShouldBe(3);
        errors.ShouldAllBe(error => error.Contains("https://", StringComparison.Ordinal) && error.Contains(url, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", "ws://localhost:8080/x")]
    [InlineData("http://[::1]:8080", "ws://127.0.0.2")]
    [InlineData("https://proxy.example.com/genesys", "wss://proxy.example.com/genesys")]
    public void Validate_LoopbackOrTls_IsAllowed(string api, string stream)
    {
        var options = Good();
        options.ApiUrl = new Uri(api);
        options.StreamUrl = new Uri(stream);
        ErrorsOf(options).ShouldBeEmpty();
    }

    [Fact]
    public void Validate_EverythingWrong_SaysAllAtOnceAndNoSecret()
    {
        var errors = ErrorsOf(new GenesysOptions
        {
            Region = "",
            ApiUrl = new Uri("https://user:hunter2@api.example.com"),
            LoginUrl = new Uri("http://login.example.com/?token=hunter2"),
            StreamUrl = new Uri("ws://api.example.com/?token=hunter2"),
            Source = (GenesysSource)7,
            ClientSecret = new Secret("hunter2"),
            TokenAuthentication = (TokenAuthentication)7,
            Scopes = ["a", ""],
            Subscription = new SubscriptionOptions { Types = [" "], States = [""] },
        });
        errors.Count.ShouldBe(10);
        errors.ShouldAllBe(error => !error.Contains("hunter2", StringComparison.Ordinal) && error.StartsWith("Property Genesys:", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_AMissingSecretFile_IsNamed()
    {
        var options = Good();
        options.ClientSecretFile = "/nowhere/secret";
        ErrorsOf(options).Single().ShouldContain("/nowhere/secret");
    }

    [Theory]
    [InlineData(9, 1)]
    [InlineData(10, 0)]
    [InlineData(3000, 0)]
    [InlineData(3001, 1)]
    public void Validate_RequestsPerMinute_IsBounded(int requests, int errors)
    {
        var options = Good();
        options.RequestsPerMinute = requests;
        ErrorsOf(options).Count(error => error.Contains($"Genesys:RequestsPerMinute: must be from 10 to 3000, was {requests}", StringComparison.Ordinal)).ShouldBe(errors);
    }

    private static GenesysOptions Good() => new() { ClientId = "id", ClientSecret = new Secret("secret") };

    private static IReadOnlyList<string> ErrorsOf(GenesysOptions options) => [.. new GenesysOptionsValidator().Validate(null, options).Failures ?? []];
}
