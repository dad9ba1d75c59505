using System.Text.Json.Nodes;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;

namespace Tieline.FunctionalTests;

/// <summary>The configuration changes while events flow: each change takes effect, and no event, no order and no connection is lost over it.</summary>
public sealed class ReloadTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(120);

    [Fact]
    [Trait("Guarantee", "G1")]
    [Trait("Guarantee", "G2")]
    [Trait("Guarantee", "G3")]
    public async Task Destinations_are_changed_added_and_taken_out_while_events_flow_and_every_event_arrives_once_and_in_order()
    {
        await using var site = await StartAsync("""{ "Name": "crm", "Url": "http://127.0.0.1:1/nobody" }""");
        await site.MoreEventsAsync(100, _soon);
        site.Crm.Status.Processed.ShouldBe(0);

        // A wrong URL is mended: what waited goes out.
        Replace(site, """{ "Name": "crm", "Url": "CRM/two", "Concurrency": 4, "Headers": { "X-Key": "second" } }""");
        await PostsToAsync(site, "/two", 100);
        site.Crm.Requests().Where(request => request.Path == "/two").ShouldAllBe(request => request.Headers.Any(header => header.Key == "X-Key" && header.Value == "second"));

        // Another URL, a limit and a second destination, at once since somebody asks.
        Replace(site, """{ "Name": "crm", "Url": "CRM/three", "RateLimit": { "PerSecond": 400 } }, { "Name": "late", "Url": "CRM/late" }""");
        site.Process.HangUp();
        await PostsToAsync(site, "/three", 50);
        await PostsToAsync(site, "/late", 50);

        // And without the second.
        Replace(site, """{ "Name": "crm", "Url": "CRM/three" }""");
        var removed = await ChangedAsync(site, "Destinations:late:Url", detail => detail["after"] is null);
        await PostsToAsync(site, "/three", 50);

        await site.SettleAsync(_soon);
        var account = Account.Of(site, [.. site.Crm.Requests().Where(request => request.Path != "/late")]);
        account.ShouldBeUndisturbed();
        site.Handshakes.ShouldBe(1);
        account.Requests.Select(request => request.Path).Distinct().ShouldBe(["/two", "/three"]);
        LateHasItsPart(site, (long)(await ChangedAsync(site, "Destinations:late:Url", detail => detail["before"] is null))["afterPosition"]!, (long)removed["afterPosition"]!);
        site.Log.ShouldNotContain(line => line.Level == "Error" || line.Level == "Fatal");
        (await site.RunAsync("audit", "verify", "--data", site.DataDirectory)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_filter_that_changes_holds_from_the_number_on_that_the_audit_log_names()
    {
        await using var site = await StartAsync("""{ "Name": "crm", "Url": "CRM/hook" }""");
        await PostsToAsync(site, "/hook", 50);
        Write(site, """, "Filter": { "Rules": [ { "Type": "routing.queue" } ] }""", """{ "Name": "crm", "Url": "CRM/hook" }""");
        var narrowed = await ChangedAsync(site, "Filter:Rules:0:Type", detail => (string?)detail["after"] == "routing.queue");
        await PostsToAsync(site, "/hook", 50);
        File.WriteAllText(Path.Combine(site.Folder, ".env"), "TIELINE_Logging__Level=Debug\n");
        await ChangedAsync(site, "Logging:Level", detail => (string?)detail["after"] == "Debug");
        Replace(site, """{ "Name": "crm", "Url": "CRM/hook" }""");
        site.Process.HangUp();
        var widened = await ChangedAsync(site, "Filter:Rules:0:Type", detail => (string?)detail["before"] == "routing.queue");
        await PostsToAsync(site, "/hook", 50);

        site.Genesys.Stop();
        await Eventually.TrueAsync(
            async () => await site.MetricsAsync() is var metrics && metrics["waiting"] == 0 && metrics["lastSequence"] >= site.Genesys.Status.LastSequence, _soon, () => $"all is delivered\n{site.Process.Tail()}");
        var (from, to) = ((long)narrowed["afterSequence"]!, (long)widened["afterSequence"]!);
        to.ShouldBeGreaterThan(from);
        var wanted = site.Genesys.Ledger().Where(line => line is { Passes: true, Written: true } && (line.Sequence <= from || line.Sequence > to || line.Type == "routing.queue")).Select(line => line.Id);
        site.Crm.Requests().Select(request => request.Id).ShouldBe(wanted, ignoreOrder: true);
        site.Handshakes.ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_put_in_force_is_named_everywhere_and_everything_else_goes_on()
    {
        await using var site = await StartAsync("""{ "Name": "crm", "Url": "CRM/hook" }""");
        await PostsToAsync(site, "/hook", 20);
        Write(site, """, "Filterr": {}""", """{ "Name": "crm", "Url": "nonsense" }""");

        var (ready, _) = await Eventually.FindAsync(async () => await site.ReadyAsync() is var answer && answer.Text.Contains("refused", StringComparison.Ordinal) ? answer.Text : null, _soon, () => $"the refusal is noted\n{site.Process.Tail()}");
        (await site.ReadyAsync()).Status.ShouldBe(200);
        ready.ShouldContain("Filterr: unknown key; did you mean Filter?");
        ready.ShouldContain("Destinations:0:Url");
        await PostsToAsync(site, "/hook", 50);
        var figures = await site.PrometheusAsync();
        figures.Sum("tieline_configuration_refused").ShouldBe(1);
        figures.Sum("tieline_configuration_reloads_total", "tieline_result", "refused").ShouldBe(1);
        site.Log.Count(line => line is { Name: "ConfigurationRefused", Level: "Warning" } && line.Message.Contains("Filterr", StringComparison.Ordinal) && line.Message.Contains("Destinations:0:Url", StringComparison.Ordinal)).ShouldBe(1);

        // Mended, with one key that waits for a restart and one that does not.
        Write(site, """, "Gaps": { "Tolerance": 5 }, "Retention": { "Delivered": "2d" }""", """{ "Name": "crm", "Url": "CRM/hook" }""");
        (await ChangedAsync(site, "Retention:Delivered", _ => true))["after"]!.GetValue<string>().ShouldBe("2.00:00:00");
        await Eventually.TrueAsync(async () => (await site.ReadyAsync()).Text.Contains("in force from the next start on: Gaps:Tolerance", StringComparison.Ordinal), _soon, () => $"the restart is noted\n{site.Process.Tail()}");
        (await site.ReadyAsync()).Text.ShouldNotContain("refused");
        site.AuditLines("reconfigured").ShouldNotContain(line => (string?)line.Detail!["key"] == "Gaps:Tolerance");
        figures = await site.PrometheusAsync();
        figures.Sum("tieline_configuration_refused").ShouldBe(0);
        figures.Sum("tieline_configuration_restart_needed").ShouldBe(1);
        figures.Sum("tieline_configuration_reloads_total", "tieline_result", "applied").ShouldBe(1);
        (await site.SettleAsync(_soon)).ShouldBeUndisturbed();
        site.Handshakes.ShouldBe(1);
        (await site.StopAsync()).ExitCode.ShouldBe(0);
    }

    private static Task<Site> StartAsync(string destinations) => Site.StartAsync(options =>
    {
        options.Genesys.Rate = 100;
        options.Environment["CRM_WEBHOOK_URL"] = null;
        options.Prepare = site => Replace(site, destinations);
    });

    private static void Replace(Site site, string destinations) => Write(site, "", destinations);

    /// <summary>As an editor does: another file takes its place.</summary>
    /// <param name="sections">Further ones, each behind a comma.</param>
    private static void Write(Site site, string sections, string destinations)
    {
        var path = Path.Combine(site.Folder, "tieline.json");
        var text = $$"""{ "Destinations": [ {{destinations}} ]{{sections}} }""";
        File.WriteAllText(path + ".new", text.Replace("CRM/", $"{site.Crm.Url}/", StringComparison.Ordinal));
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Waits until so many more have come there.</summary>
    private static async Task PostsToAsync(Site site, string path, int more)
    {
        var goal = Count() + more;
        await Eventually.TrueAsync(() => Count() >= goal, _soon, () => $"{goal} events at {path}, {Count()} have come\n{site.Process.Tail()}");

        int Count() => site.Crm.Requests().Count(request => request.Path == path && request.Processed);
    }

    /// <summary>Waits until the audit log has the change.</summary>
    private static async Task<JsonObject> ChangedAsync(Site site, string key, Func<JsonObject, bool> fits) => (await Eventually.FindAsync(
        () => Task.FromResult(site.AuditLines("reconfigured").Select(line => line.Detail!).LastOrDefault(detail => (string?)detail["key"] == key && fits(detail))),
        _soon,
        () => $"{key} has changed\n{site.Process.Tail()}")).Found;

    /// <summary>What was accepted between its coming and its going, each once; what it had not got by then is kept for it.</summary>
    private static void LateHasItsPart(Site site, long after, long through)
    {
        var accepted = site.AuditLines("accepted").Select(line => line.Entry.Id).ToList(); // by position, from 1
        var part = accepted[(int)after..(int)through];
        var delivered = site.Crm.Requests().Where(request => request is { Path: "/late", Processed: true }).Select(request => request.Id).ToList();
        delivered.ShouldBe(delivered.Distinct());
        delivered.ShouldBeSubsetOf(part);
        using var journal = site.OpenJournal();
        var waiting = journal.ReadBacklogs().Where(backlog => backlog.Name == "late").Sum(backlog => backlog.Events);
        (delivered.Count + waiting).ShouldBe(part.Count);
    }
}
