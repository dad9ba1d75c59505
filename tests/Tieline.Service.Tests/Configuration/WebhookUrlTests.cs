using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class WebhookUrlTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void Alone_it_makes_the_destination_crm()
    {
        var destination = _sandbox.Options().Destinations.ShouldHaveSingleItem();

        destination.Name.ShouldBe("crm");
        destination.Url.ShouldBe(new Uri("https://crm.example/hook"));
    }

    [Theory]
    [InlineData("""{ "Destinations": [] }""")]
    [InlineData("""{ "Destinations": [{}] }""")]
    [InlineData("""{ "Destinations": [{ "Name": "crm", "Timeout": "3s" }] }""")]
    [InlineData("""{ "Destinations": [{ "Name": "crm", "Url": "https://crm.example/hook" }] }""")]
    public void It_fills_in_a_listed_crm_and_may_agree_with_one(string json) =>
        _sandbox.Json(json).Options().Destinations.ShouldHaveSingleItem().Url.ShouldBe(new Uri("https://crm.example/hook"));

    [Fact]
    public void A_list_that_gives_crm_another_URL_is_a_conflict() =>
        _sandbox.Json("""{ "Destinations": [{ "Url": "https://other.example" }] }""").Errors()
            .ShouldBe(["CRM_WEBHOOK_URL: is not the URL that Destinations:0:Url gives; unset one of them (from environment CRM_WEBHOOK_URL and tieline.json)"]);

    [Fact]
    public void A_list_without_crm_is_a_conflict() =>
        _sandbox.Json("""{ "Destinations": [{ "Name": "other", "Url": "https://other.example" }] }""").Errors()
            .ShouldBe(["CRM_WEBHOOK_URL: is the URL of the destination 'crm', and Destinations lists none of that name; unset it or add one (from environment CRM_WEBHOOK_URL)"]);

    [Fact]
    public void The_environment_wins_over_dotenv() =>
        _sandbox.File(".env", "CRM_WEBHOOK_URL=https://dotenv.example\n").Options().Destinations[0].Url.ShouldBe(new Uri("https://crm.example/hook"));

    [Fact]
    public void Its_file_in_a_later_layer_wins_over_its_value_in_an_earlier()
    {
        _sandbox.Environment.Remove("CRM_WEBHOOK_URL");
        _sandbox.File("url", "https://file.example/").File(".env", "CRM_WEBHOOK_URL=https://dotenv.example\n").Variable("CRM_WEBHOOK_URL_FILE", "url");

        _sandbox.Options().Destinations[0].Url.ShouldBe(new Uri("https://file.example/"));
    }
}
