using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class SecretFileTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid().File("secret", "from the file\n");

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void The_client_secret_stays_in_its_file_to_be_read_again()
    {
        _sandbox.Environment.Remove("GENESYS_CLIENT_SECRET");

        var genesys = _sandbox.Variable("GENESYS_CLIENT_SECRET_FILE", "secret").Options().Genesys;

        genesys.ClientSecretFile.ShouldBe(Path.Combine(_sandbox.Path, "secret"));
        genesys.ClientSecret.IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{ "Genesys": { "ClientSecret_FILE": "secret" } }""")]
    [InlineData("""{ "Genesys": { "ClientSecretFile": "secret" } }""")]
    public void So_it_does_when_the_file_says_so(string json)
    {
        _sandbox.Environment.Remove("GENESYS_CLIENT_SECRET");

        _sandbox.Json(json).Options().Genesys.ClientSecretFile.ShouldBe(Path.Combine(_sandbox.Path, "secret"));
    }

    [Fact]
    public void A_secret_in_a_later_layer_replaces_the_file_of_an_earlier()
    {
        var genesys = _sandbox.Json("""{ "Genesys": { "ClientSecret_FILE": "secret" } }""").Options().Genesys;

        genesys.ClientSecret.Reveal().ShouldBe("secret-of-the-client");
        genesys.ClientSecretFile.ShouldBeNull();
    }

    [Fact]
    public void A_file_in_a_later_layer_replaces_the_secret_of_an_earlier()
    {
        var genesys = _sandbox.Options("Genesys:ClientSecret_FILE=secret").Genesys;

        genesys.ClientSecret.IsEmpty.ShouldBeTrue();
        genesys.ClientSecretFile.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{ "Genesys": { "ClientSecretFile": "secret", "ClientSecret": "" } }""")]
    [InlineData("""{ "Genesys": { "ClientSecret": "", "ClientSecretFile": "secret" } }""")]
    public void An_empty_secret_beside_its_file_says_nothing(string json)
    {
        _sandbox.Environment.Remove("GENESYS_CLIENT_SECRET");

        _sandbox.Json(json).Options().Genesys.ClientSecretFile.ShouldNotBeNull();
    }

    [Fact]
    public void Both_in_one_layer_are_refused() =>
        _sandbox.Variable("GENESYS_CLIENT_SECRET_FILE", "secret").Errors().ShouldHaveSingleItem()
            .ShouldBe("Genesys:ClientSecretFile: given twice, as environment GENESYS_CLIENT_SECRET and as environment GENESYS_CLIENT_SECRET_FILE");

    [Fact]
    public void Any_other_secret_is_read_from_its_file_without_the_last_line_break() =>
        _sandbox.Variable("TIELINE_Redaction__IdentityKey_FILE", "secret").Options().Redaction.IdentityKey.Reveal().ShouldBe("from the file");

    [Fact]
    public void So_are_headers_the_client_id_and_the_webhook()
    {
        _sandbox.File("url", "https://crm.example/from-file").File("id", "id-from-file\r\n");
        _sandbox.Environment.Clear();
        _sandbox.Variable("GENESYS_CLIENT_ID_FILE", "id").Variable("GENESYS_CLIENT_SECRET_FILE", "secret").Variable("CRM_WEBHOOK_URL_FILE", "url");
        _sandbox.Json("""{ "Destinations": [{ "Headers": { "Authorization_FILE": "secret" } }] }""");

        var options = _sandbox.Options();

        options.Genesys.ClientId.ShouldBe("id-from-file");
        options.Destinations[0].Url.ShouldBe(new Uri("https://crm.example/from-file"));
        options.Destinations[0].Headers["Authorization"].Reveal().ShouldBe("from the file");
    }

    [Theory]
    [InlineData("nowhere", "it does not exist")]
    [InlineData(".", "permission denied, or it is a directory")]
    public void A_file_that_cannot_be_read_is_named(string file, string why) =>
        _sandbox.Errors($"Redaction:IdentityKey_FILE={file}").ShouldBe([$"Redaction:IdentityKey: cannot read the file '{Path.GetFullPath(file, _sandbox.Path)}': {why} (from --set)"]);

    [Fact]
    public void An_empty_file_is_refused() =>
        _sandbox.File("empty", "\n").Errors("Genesys:ClientSecret_FILE=empty").ShouldContain($"Genesys:ClientSecretFile: the file '{Path.Combine(_sandbox.Path, "empty")}' is empty (from --set)");

    [Fact]
    public void A_bad_value_in_a_file_is_not_repeated() =>
        _sandbox.File("url", "hunter2").Variable("CRM_WEBHOOK_URL", "").Variable("CRM_WEBHOOK_URL_FILE", "url").Errors()
            .ShouldBe(["Destinations:0:Url: must be an absolute URL such as https://crm.example/hook (from environment CRM_WEBHOOK_URL_FILE)"]);
}
