using Tieline.Delivery;
using Tieline.Events;
using Tieline.Journal;
using Tieline.TestKit;
using static Tieline.Tests.Delivery.Entries;

namespace Tieline.Tests.Delivery;

public sealed class WebhookRequestFactoryTests
{
    private static readonly Uri _url = new("http://127.0.0.1:9/hook");

    [Fact]
    public void Create_ALiveEvent_HasTheDocumentedHeadersAndNoOther()
    {
        var entry = Entry(1);
        using var request = Create(entry);
        request.Method.ShouldBe(HttpMethod.Post);
        request.RequestUri.ShouldBe(_url);
        Headers(request).ShouldBe(
            [
                ("Content-Type", "application/json"),
                ("Idempotency-Key", entry.Id.ToString()),
                ("User-Agent", "Tieline/1.2.3"),
                ("webhook-id", entry.Id.ToString()),
                ("webhook-timestamp", "1772442000"),
            ],
            ignoreOrder: true);
    }

    [Fact]
    public void Create_ABackfilledEvent_SaysSo()
    {
        using var request = Create(Entry(1, origin: EventOrigin.Backfill));
        Headers(request).ShouldContain(("Tieline-Origin", "backfill"));
    }

    [Fact]
    public void Create_AHeaderOfTheOperators_TakesThePlaceOfOurs()
    {
        using var request = Create(Entry(1), ("user-agent", "Acme"), ("Authorization", "Bearer one"), ("X-Odd", "a, b; c"));
        var headers = Headers(request);
        headers.ShouldContain(("Authorization", "Bearer one"));
        headers.ShouldContain(("X-Odd", "a, b; c"));
        headers.Where(header => header.Name.Equals("User-Agent", StringComparison.OrdinalIgnoreCase)).ShouldBe([("User-Agent", "Acme")]);
    }

    [Fact]
    public void Create_AContentTypeOfTheOperators_TakesThePlaceOfOurs()
    {
        using var request = Create(Entry(1), ("content-type", "application/vnd.acme+json"));
        Headers(request).Where(header => header.Name == "Content-Type").ShouldBe([("Content-Type", "application/vnd.acme+json")]);
    }

    [Fact]
    public void Create_Twice_TheSharedContentTypeIsNotTheFirstRequestsAlone()
    {
        var factory = new WebhookRequestFactory(new DestinationOptions { Url = _url }, "1");
        factory.Create(Entry(1), default, Some.Time).Dispose();
        using var second = factory.Create(Entry(2), default, Some.Time);
        Headers(second).ShouldContain(("Content-Type", "application/json"));
    }

    [Fact]
    public void Create_ACrmThatWantsTheKeyInTheUrl_HasItThereAsItsMethodAsks()
    {
        var entry = Entry(1);
        var factory = new WebhookRequestFactory(new DestinationOptions { Url = new Uri("https://crm.example/api/data/v9.2/tl_events(tl_eventid='{id}')"), Method = WebhookMethod.Patch }, "1");
        using var request = factory.Create(entry, default, Some.Time);
        request.Method.ShouldBe(HttpMethod.Patch);
        request.RequestUri!.AbsoluteUri.ShouldBe($"https://crm.example/api/data/v9.2/tl_events(tl_eventid='{entry.Id}')");
    }

    private static HttpRequestMessage Create(JournalEntry entry, params (string Name, string Value)[] headers)
    {
        var options = new DestinationOptions { Url = _url };
        foreach (var (name, value) in headers)
            options.Headers[name] = new Secret(value);
        return new WebhookRequestFactory(options, "1.2.3").Create(entry, PlainBody.Write(entry), Some.Time);
    }

    private static List<(string Name, string Value)> Headers(HttpRequestMessage request) =>
        [.. request.Headers.NonValidated.Concat(request.Content!.Headers.NonValidated).Select(header => (header.Key, header.Value.ToString()))];
}
