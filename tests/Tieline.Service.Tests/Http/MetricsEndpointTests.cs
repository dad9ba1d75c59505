using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Http;

[Collection(nameof(MetersAreOfTheProcess))]
public sealed class MetricsEndpointTests
{
    /// <summary>As Prometheus 3 sends it.</summary>
    private const string Prometheus =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

    private const string Prometheus2 = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Prometheus, true)]
    [InlineData(Prometheus2, true)]
    [InlineData("text/plain", true)]
    [InlineData("text/plain, */*", true)]
    [InlineData("text/plain;version=0.0.4, application/json;q=0.5", true)]
    [InlineData("*/*", false)]
    [InlineData("", false)]
    [InlineData(Browser, false)]
    [InlineData("application/json", false)]
    [InlineData("application/json, text/plain, */*", false)]
    [InlineData("application/json, text/plain;q=0.9", false)]
    [InlineData("text/plain;q=0.5, */*", false)]
    [InlineData("text/plain;q=0", false)]
    [InlineData("nonsense", false)]
    public void WantsPrometheus_Accept_ChoosesByName(string accept, bool expected) => MetricsNegotiation.WantsPrometheus(accept).ShouldBe(expected);

    [Fact]
    public async Task Before_the_first_event_the_six_fields_are_there_first_and_zero()
    {
        await using var server = await Server.StartAsync();

        using var answer = await server.GetAsync("/metrics");
        var text = await answer.Content.ReadAsStringAsync(Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var members = JsonNode.Parse(text)!.AsObject();
        members.Select(m => m.Key).Take(6).ShouldBe(["connectionUptime", "totalEvents", "reconnectionCount", "avgLatencyMs", "lastSequence", "sequenceGaps"]);
        members.Take(6).ShouldAllBe(m => m.Value!.GetValue<double>() == 0);
    }

    [Fact]
    public async Task The_six_fields_tell_what_happened_and_more_figures_follow()
    {
        var clock = new FakeTimeProvider();
        await using var server = await Server.StartAsync(services => services
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton<ILiveFigures>(new Figures(("eventsWaiting", 7), ("deadLetters", double.NaN))));
        server.Specification.Connected();
        clock.Advance(TimeSpan.FromSeconds(90));
        server.Specification.Heard();
        server.Specification.Kept(TimeSpan.FromMilliseconds(10));
        server.Specification.Kept(TimeSpan.FromMilliseconds(15));
        server.Specification.Reconnecting();
        server.Specification.Sequence(4711);
        server.Specification.GapFound();

        var text = await server.Client.GetStringAsync("/metrics", Token);

        JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse("""
            { "connectionUptime": 90000, "totalEvents": 2, "reconnectionCount": 1, "avgLatencyMs": 12.5, "lastSequence": 4711, "sequenceGaps": 1, "eventsWaiting": 7, "deadLetters": null }
            """)).ShouldBeTrue(text);
    }

    [Theory]
    [InlineData(Prometheus, "application/openmetrics-text")]
    [InlineData("text/plain", "text/plain")]
    public async Task Prometheus_gets_its_text(string accept, string type)
    {
        await using var server = await Server.StartAsync();
        server.Metrics.Kept.Add(3);
        server.Metrics.Latency.Record(0.003);
        server.Specification.Kept(TimeSpan.FromMilliseconds(10));

        using var answer = await server.GetAsync("/metrics", ("Accept", accept));
        var text = await answer.Content.ReadAsStringAsync(Token);

        answer.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        text.ShouldMatch(@"tieline_events_kept_total(\{[^}]*\})? 3");
        text.ShouldMatch(@"tieline_source_latency_seconds_bucket\{([^}]*,)?le=""0.0025""\} 0");
        text.ShouldMatch(@"tieline_source_latency_seconds_bucket\{([^}]*,)?le=""0.005""\} 1");
        text.ShouldMatch(@"tieline_specification_events(\{[^}]*\})? 1");
        text.ShouldMatch(@"tieline_specification_latency_average_seconds(\{[^}]*\})? 0.01");
        text.ShouldContain("dotnet_gc_heap_total_allocated_bytes_total");
        text.ShouldContain("dotnet_process_memory_working_set_bytes");
    }

    [Fact]
    public async Task A_HEAD_request_gets_no_body_and_a_POST_is_refused()
    {
        await using var server = await Server.StartAsync();

        using var head = await server.SendAsync(HttpMethod.Head, "/metrics");
        using var post = await server.SendAsync(HttpMethod.Post, "/metrics");
        using var postText = await server.SendAsync(HttpMethod.Post, "/metrics", ("Accept", "text/plain"));

        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        post.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        postText.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    private sealed class Figures(params (string Name, double Value)[] figures) : ILiveFigures
    {
        public IEnumerable<KeyValuePair<string, double>> Read() => figures.Select(f => KeyValuePair.Create(f.Name, f.Value));
    }
}
