using System.Net;
using System.Text.Json.Nodes;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Http;

public sealed class HealthEndpointsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Live_while_the_process_runs_though_nothing_is_ready()
    {
        await using var server = await Server.StartAsync(services => services.AddSingleton<IReadinessCheck>(new Check("genesys") { Problem = "no connection" }));

        using var answer = await server.GetAsync("/health/live");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Ready_follows_the_checks_and_names_the_problem()
    {
        var genesys = new Check("genesys") { Problem = "no connection: check the region's name" };
        await using var server = await Server.StartAsync(services => services.AddSingleton<IReadinessCheck>(genesys).AddSingleton<IReadinessCheck>(new Check("journal")));

        using var unready = await server.GetAsync("/health/ready");
        unready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var text = await unready.Content.ReadAsStringAsync(Token);
        JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse("""
            { "status": "unready", "checks": [
              { "name": "genesys", "ok": false, "problem": "no connection: check the region's name" },
              { "name": "journal", "ok": true, "problem": null } ] }
            """)).ShouldBeTrue(text);
        text.ShouldContain("region's");

        (genesys.Problem, genesys.Note) = (null, "one topic is refused");
        using var ready = await server.GetAsync("/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        text = await ready.Content.ReadAsStringAsync(Token);
        JsonNode.DeepEquals(JsonNode.Parse(text), JsonNode.Parse("""
            { "status": "ready", "checks": [
              { "name": "genesys", "ok": true, "problem": null, "note": "one topic is refused" },
              { "name": "journal", "ok": true, "problem": null } ] }
            """)).ShouldBeTrue(text);
    }

    private sealed class Check(string name) : IReadinessCheck
    {
        public string Name => name;

        public string? Problem { get; set; }

        public string? Note { get; set; }
    }
}
