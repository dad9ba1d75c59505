using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class AuthenticationErrorsTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("""{ "Type": "Header" }""", "Value: required, or a file that holds it")]
    [InlineData("""{ "Type": "Header", "Name": "webhook-id", "Value": "hunter2" }""", "Name: is set by Tieline itself and cannot be given, was 'webhook-id'")]
    [InlineData("""{ "Type": "Header", "Value": "hunter2\r\nX: y" }""", "Value: must be printable ASCII on one line")]
    [InlineData("""{ "Type": "Header", "ValueFile": "two-lines" }""", "ValueFile: must be printable ASCII on one line")]
    [InlineData("""{ "Type": "Basic", "Username": "a:b", "Password": "hunter2" }""", "Username: required for Basic, without a colon")]
    [InlineData("""{ "Value": "hunter2" }""", "Type: must be Header for what is given beside it, was None")]
    [InlineData("""{ "Password": "hunter2" }""", "Type: must be Basic for what is given beside it, was None")]
    [InlineData("""{ "ClientId": "me" }""", "Type: must be OAuth2 for what is given beside it, was None")]
    [InlineData("""{ "Type": "OAuth2", "ClientId": "me", "ClientSecret": "hunter2" }""", "TokenUrl: required for OAuth2: where tokens are given, such as https://login.crm.example/oauth/token")]
    [InlineData("""{ "Type": "OAuth2", "ClientId": "me", "ClientSecret": "hunter2", "TokenUrl": "https://me:hunter2@x.example" }""", "TokenUrl: must not hold a user or password; give ClientId and ClientSecret")]
    [InlineData("""{ "Type": "OAuth2", "ClientSecret": "hunter2", "TokenUrl": "https://x.example/token" }""", "ClientId: required for OAuth2")]
    public void What_cannot_work_is_refused_at_start(string authentication, string expected)
    {
        _sandbox.File("two-lines", "hunter2\nhunter3\n").Json($$"""{ "Destinations": [{ "Authentication": {{authentication}} }] }""");

        _sandbox.Errors().ShouldBe([$"Destinations:0:Authentication:{expected}"]);
    }

    [Fact]
    public void A_header_given_twice_is_refused()
    {
        _sandbox.Json("""{ "Destinations": [{ "Headers": { "authorization": "Bearer hunter2" }, "Authentication": { "Type": "Basic", "Username": "me", "Password": "hunter2" } }] }""");

        _sandbox.Errors().ShouldBe(["Destinations:0:Headers:authorization: is set by Authentication (Basic); give one of the two"]);
    }
}
