using Tieline.Delivery;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class SigningErrorsTests : IDisposable
{
    private const string At = "Destinations:0:Signing";

    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("\"Secret\": \"hunter2\"", "Secret: must start with whsec_ (V1) or whsk_ (V1a)")]
    [InlineData("\"Secret\": \"whsec_aHVudGVyMg==\"", "Secret: must be whsec_ and base64 of 24 to 64 bytes; it has 7")]
    [InlineData("\"SecretFile\": \"bad\"", "SecretFile: must start with whsec_ (V1) or whsk_ (V1a)")]
    [InlineData("\"Secret\": \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\", \"Algorithm\": \"V1a\"", "Algorithm: must be V1 with this secret, was V1a: whsec_ is for V1, whsk_ for V1a")]
    [InlineData("\"Secret\": \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\", \"PreviousSecretFile\": \"bad\"", "PreviousSecretFile: must start with whsec_ (V1) or whsk_ (V1a)")]
    [InlineData("\"PreviousSecret\": \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"", "PreviousSecret: must come with a Secret: it signs beside it while the CRM changes over")]
    [InlineData("\"Overlap\": \"1s\"", "Overlap: must be from 00:01:00 to 30.00:00:00, was 00:00:01")]
    public void What_cannot_sign_is_refused_at_start(string signing, string expected)
    {
        _sandbox.File("bad", "hunter2\n").Json($$"""{ "Destinations": [{ "Signing": { {{signing}} } }] }""");

        _sandbox.Errors().ShouldBe([$"{At}:{expected}"]);
    }

    [Fact]
    public void A_previous_secret_left_beside_the_file_is_checked_too()
    {
        _sandbox.File("s", SigningKey.Create(SigningAlgorithm.V1).Text).File("s.previous", "hunter2");
        _sandbox.Json("""{ "Destinations": [{ "Signing": { "SecretFile": "s" } }] }""");

        _sandbox.Errors().ShouldBe([$"{At}:PreviousSecretFile: must start with whsec_ (V1) or whsk_ (V1a)"]);
    }

    [Fact]
    public void A_good_secret_from_the_environment_is_taken_and_not_shown()
    {
        _sandbox.Environment.Remove("CRM_WEBHOOK_URL");
        _sandbox.File("s", SigningKey.Create(SigningAlgorithm.V1).Text)
            .Variable("TIELINE_Destinations__0__Url", "https://crm.example/hook").Variable("TIELINE_Destinations__0__Signing__Secret_FILE", "s");

        _sandbox.Options().Destinations[0].Signing.SecretFile.ShouldBe(Path.Combine(_sandbox.Path, "s"));
    }
}
