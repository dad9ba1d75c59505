using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tieline.FunctionalTests.Support;
using Tieline.TestKit;

namespace Tieline.FunctionalTests;

/// <summary>The program's other face: everything over the command line, the environment and HTTP, nothing in this process.</summary>
public sealed class CommandTests : IAsyncDisposable
{
    private const string Listening = "listening on ";

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    private readonly TempDirectory _folder = new();
    private readonly HttpClient _http = new();
    private readonly List<ChildProcess> _processes = [];

    [Fact]
    [Trait("Guarantee", "G1")]
    public async Task Three_processes_of_the_published_program_pass_events_on_with_the_plain_variables_alone()
    {
        var genesys = await SimulateAsync("simulate", "--rate", "300", "--client-id", "me", "--client-secret", "mine", "--fault", """{"kind":"drop","count":4,"afterEvents":500}""");
        var crm = await SimulateAsync("simulate", "crm");
        var tieline = Start(
            ["run", "--set", $"Genesys:ApiUrl={genesys}", "--set", $"Genesys:StreamUrl=ws{genesys["http".Length..]}/api/v2/analytics/events/stream", "--set", "Http:Listen=http://127.0.0.1:0", "--set", "DataDirectory=here"],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["GENESYS_CLIENT_ID"] = "me", ["GENESYS_CLIENT_SECRET"] = "mine", ["CRM_WEBHOOK_URL"] = $"{crm}/any/where" });
        await Eventually.TrueAsync(async () => (await JsonAsync($"{genesys}/_simulator/status")).GetProperty("made").GetInt64() > 1_500, _soon, () => $"events flow.\n{tieline.Tail()}");
        using (await _http.PostAsync(new Uri($"{genesys}/_simulator/stop"), null, TestContext.Current.CancellationToken))
        {
            // From here on the figures stand still.
        }

        var ledger = await LinesAsync($"{genesys}/_simulator/ledger");
        var sent = ledger.Where(line => line.GetProperty("written").GetBoolean()).ToList();
        var passing = sent.Where(line => line.GetProperty("passes").GetBoolean()).Select(line => line.GetProperty("id").GetString()!).Order().ToList();
        sent.Count.ShouldBe(ledger.Count - 4);
        await Eventually.TrueAsync(
            async () => (await JsonAsync($"{crm}/_simulator/status")).GetProperty("ids").GetInt32() >= passing.Count, _soon, () => $"{passing.Count} ids at the CRM.\n{tieline.Tail()}");
        var requests = await LinesAsync($"{crm}/_simulator/requests");
        requests.Select(request => request.GetProperty("id").GetString()!).Order().ShouldBe(passing);
        requests.ShouldAllBe(request => request.GetProperty("path").GetString() == "/any/where");
        Directory.Exists(_folder.FileNamed("here/audit")).ShouldBeTrue("a relative DataDirectory starts at the working directory");

        tieline.Terminate();
        (await tieline.ExitAsync(_soon)).ShouldBe(0);
        var shown = await CommandResult.OfAsync(Start(["audit", "show", "--data", "here", "--action", "gap-detected", "--json"], []), _soon);
        shown.ExitCode.ShouldBe(0, shown.ToString());
        shown.Output.ShouldContain("\"missing\":4");
        foreach (var simulator in _processes.Take(2))
        {
            simulator.Terminate();
            (await simulator.ExitAsync(_soon)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task Metrics_begin_with_the_six_figures_of_the_specification_and_anything_else_is_404()
    {
        string[] six = ["connectionUptime", "totalEvents", "reconnectionCount", "avgLatencyMs", "lastSequence", "sequenceGaps"];
        await using var site = await Site.StartAsync(options => options.Start = false);
        await site.FaultAsync(new Simulator.SimulatorFault { Kind = "token", Answer = "503" });
        await site.StartTielineAsync();
        var atFirst = await site.MetricsAsync();
        atFirst.Names.Take(6).ShouldBe(six);
        six.ShouldAllBe(name => atFirst[name] == 0);
        await site.FaultAsync(new Simulator.SimulatorFault { Kind = "clear" });
        await site.MoreDeliveriesAsync(50, TimeSpan.FromSeconds(35));

        using var json = await site.AskAsync("/metrics");
        json.StatusCode.ShouldBe(HttpStatusCode.OK);
        json.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var then = await site.MetricsAsync();
        then["totalEvents"].ShouldBeGreaterThanOrEqualTo(50);
        then["connectionUptime"].ShouldBeGreaterThan(0);
        then["lastSequence"].ShouldBeGreaterThan(100);
        var prometheus = await site.PrometheusAsync();
        prometheus.ToString().ShouldContain("# TYPE ");
        prometheus.Sum("tieline_events_kept_total").ShouldBeGreaterThanOrEqualTo(50);
        foreach (var path in (string[])["/metric", "/metrics/x", "/health", "/health/other", "/api/v1", "/favicon.ico", "/oauth/token"])
        {
            using var other = await site.AskAsync(path);
            other.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }

        using var console = await site.AskAsync("/");
        console.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe("/login", "who shows no token is sent to where it is asked for");

        using var live = await site.AskAsync("/health/live");
        live.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await site.ReadyAsync()).Status.ShouldBe(200);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    private ChildProcess Start(IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var process = ChildProcess.Start(arguments, _folder.Path, environment);
        _processes.Add(process);
        return process;
    }

    /// <returns>The address that it prints.</returns>
    private async Task<string> SimulateAsync(params string[] arguments)
    {
        var process = Start(arguments, []);
        var (line, _) = await Eventually.FindAsync(
            () => Task.FromResult(process.Output.FirstOrDefault(line => line.StartsWith(Listening, StringComparison.Ordinal))), _soon, () => $"{string.Join(' ', arguments)} listens.\n{process.Tail()}");
        return line[Listening.Length..];
    }

    private async Task<JsonElement> JsonAsync(string url) => await _http.GetFromJsonAsync<JsonElement>(new Uri(url), TestContext.Current.CancellationToken);

    private async Task<List<JsonElement>> LinesAsync(string url)
    {
        var text = await _http.GetStringAsync(new Uri(url), TestContext.Current.CancellationToken);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
