using System.Globalization;
using System.Text.Json.Nodes;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Commands;

public sealed class ReconcileCommandTests : OrgTests
{
    private static readonly string[] _span = ["--from", Text(FakeOrg.Start.AddMinutes(-5)), "--to", Text(FakeOrg.Start.AddMinutes(30))];

    [Theory]
    [InlineData("reconcile", "--date, or --from and --to, are required")]
    [InlineData("reconcile --date 2026-03-02 --to 2026-03-03", "--date and --from, --to exclude each other")]
    [InlineData("reconcile --date yesterday", "--date must be a day such as 2026-03-02, from 2000-01-01 to 2099-12-31, was 'yesterday'")]
    [InlineData("reconcile --date 2099-01-01", "--date must not be in the future")]
    [InlineData("reconcile --from 2026-03-02 --to 2026-03-01", "--to must be after --from")]
    [InlineData("backfill --from 2026-03-01T10:00", "--from and --to are required")]
    [InlineData("backfill --from 2020-03-01 --to 2099-01-01", "--to must not be in the future")]
    [InlineData("backfill --from 0001-01-01 --to 2020-03-01", "--from must be from 2000-01-01T00:00:00.000Z to 2100-01-01T00:00:00.000Z, was '0001-01-01'")]
    [InlineData("backfill --from noon --to 2020-03-01", "--from must be a time such as 2026-03-02T09:00:00Z or 2026-03-02, was 'noon'")]
    [InlineData("completeness --from 2020-03-01 --to 2020-03-01", "--to must be after --from")]
    public async Task A_wrong_span_is_told(string line, string problem)
    {
        var ran = await Sandbox.RunAsync(line.Split(' '));

        ran.ExitCode.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldStartWith($"tieline: {problem}\n");
    }

    [Theory]
    [InlineData("reconcile")]
    [InlineData("backfill")]
    [InlineData("completeness")]
    public async Task Without_a_journal_it_says_so(string verb)
    {
        var ran = await Sandbox.RunAsync([verb, .. _span]);

        ran.ExitCode.ShouldBe(ExitCode.Failed);
        ran.Error.ShouldStartWith($"tieline: There is no journal in '{RunningTieline.DataOf(Sandbox)}'");
    }

    [Fact]
    public async Task Nobody_runs_and_the_commands_do_it_themselves()
    {
        await PrepareAsync();
        Org.Have(150);

        var before = await Sandbox.RunAsync(["backfill", .. _span, "--json"]);
        before.ExitCode.ShouldBe(ExitCode.Done, before.Error);
        JsonNode.Parse(before.Output)!["recovered"]!.GetValue<int>().ShouldBe(300);
        Org.Received.Count.ShouldBe(300);

        (await ReconcileAsync()).ShouldBe((ExitCode.Done, 300, 300, 0, 0));
        RunningTieline.Tamper(Sandbox, "DELETE FROM delivery WHERE position = 137").ShouldBe(1);
        (await ReconcileAsync()).ShouldBe((ExitCode.Wanting, 300, 299, 1, 0));
        (await ReconcileAsync("--repair")).ShouldBe((ExitCode.Done, 300, 299, 1, 1));
        (await ReconcileAsync()).ShouldBe((ExitCode.Done, 300, 300, 0, 0));
        Org.Received.Count.ShouldBe(301);
        Org.Received.Distinct().Count().ShouldBe(300);

        var table = await Sandbox.RunAsync(["reconcile", .. _span]);
        table.Output.ShouldMatch(@"conversations checked +150");
        table.Output.ShouldContain("Everything is accounted for.");
        var spans = await Sandbox.RunAsync(["completeness", .. _span]);
        spans.Output.ShouldMatch(@"backfill(ing +gap 1 \(manual\): \d+ answers?, 300 events recovered so far|ed +gap 1 \(manual\): 300 events recovered)");
        (await Sandbox.RunAsync("audit", "verify")).ExitCode.ShouldBe(ExitCode.Done);
        (await Sandbox.RunAsync("audit", "show", "--all", "--action", "replayed")).Output.Split('\n').Length.ShouldBe(2);
        (await Sandbox.RunAsync("audit", "show", "--all", "--action", "reconciled")).Output.ShouldContain("\"missing\":1");
        await PrepareAsync(); // what was noted while nobody ran, the next start writes
        await AuditedAsync(["backfill", "reconcile", "reconcile", "reconcile and repair", "reconcile", "reconcile"], Environment.UserName);
    }

    [Fact]
    public async Task Completeness_to_the_end_of_today_ends_now_and_says_so()
    {
        await PrepareAsync();
        var today = new DateTimeOffset(TimeProvider.System.GetUtcNow().Date, TimeSpan.Zero);
        var result = await Sandbox.RunAsync("completeness", "--from", $"{today.AddDays(-1):yyyy-MM-dd}", "--to", $"{today.AddDays(1):yyyy-MM-dd}");
        result.ExitCode.ShouldBe(ExitCode.Done, result.Error);
        result.Error.ShouldMatch("Up to [-0-9T:.]+Z: what is later has not happened yet");
        (await Sandbox.RunAsync("completeness", "--from", "2020-01-01", "--to", "2099-01-01")).Error.ShouldContain("--to must not be in the future");
        (await Sandbox.RunAsync("backfill", "--from", $"{today.AddDays(-1):yyyy-MM-dd}", "--to", $"{today.AddDays(1):yyyy-MM-dd}")).Error.ShouldContain("--to must not be in the future");
    }

    [Fact]
    public async Task A_running_Tieline_is_asked()
    {
        var service = RunningTieline.Sandbox(Org);
        foreach (var (name, value) in service.Environment)
            Sandbox.Variable(name, value);
        Sandbox.Variable("TIELINE_DataDirectory", RunningTieline.DataOf(service));
        Org.Have(150);
        await using (await RunningTieline.StartAsync(service))
        {
            var filled = await Sandbox.RunAsync(["backfill", .. _span]);
            filled.ExitCode.ShouldBe(ExitCode.Done, filled.Error);
            filled.Output.ShouldContain("it is asked again by itself");
            await ReceivedAsync(300);
            (await ReconcileAsync()).ShouldBe((ExitCode.Done, 300, 300, 0, 0));
            await ClosedAsync(); // it would fetch again what is taken away now
            RunningTieline.Tamper(service, "DELETE FROM event WHERE position = 41; DELETE FROM delivery WHERE position = 41");

            (await ReconcileAsync()).ShouldBe((ExitCode.Wanting, 300, 299, 1, 0));
            (await ReconcileAsync("--repair")).ShouldBe((ExitCode.Done, 300, 299, 1, 1));
            await ReceivedAsync(301);
            (await ReconcileAsync()).ShouldBe((ExitCode.Done, 300, 300, 0, 0));
            RunningTieline.Tamper(service, "DELETE FROM delivery WHERE position = 41 + 1");
            (await ReconcileAsync("--repair")).ShouldBe((ExitCode.Done, 300, 299, 1, 1));
            await ReceivedAsync(302);
            (await Sandbox.RunAsync(["completeness", .. _span])).ExitCode.ShouldBe(ExitCode.Done);

            File.GetUnixFileMode(Path.Combine(RunningTieline.DataOf(service), "console-token")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await AuditedAsync(["backfill", "reconcile", "reconcile", "reconcile and repair", "reconcile", "reconcile and repair"], $"{Environment.UserName} (api)");

        service.Dispose();
    }

    [Fact]
    public async Task What_Genesys_does_not_answer_is_a_failure()
    {
        await PrepareAsync();
        Org.DetailsStatus = 403;

        var ran = await Sandbox.RunAsync(["reconcile", .. _span]);

        ran.ExitCode.ShouldBe(ExitCode.Failed);
        ran.Output.ShouldContain("Incomplete: ");
        ran.Error.ShouldContain("tieline: not all could be read: ");
    }

    [Fact]
    public async Task What_the_CRM_does_not_take_waits_when_the_time_is_over()
    {
        await PrepareAsync();
        Org.Have(3);
        Org.CrmStatus = 503;

        var ran = await Sandbox.RunAsync(["backfill", .. _span, "--for", "4s"]);

        ran.ExitCode.ShouldBe(ExitCode.Done);
        ran.Error.ShouldContain("6 events wait to be delivered. 'tieline run' goes on with them.");
    }

    /// <summary>Who asked for what is on record, whoever did it: of each the span, in order.</summary>
    private async Task AuditedAsync(string[] what, string by)
    {
        var requested = (await Sandbox.RunAsync("audit", "show", "--all", "--action", "requested", "--json")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!["detail"]!).ToList();
        requested.Select(line => (string)line["what"]!).ShouldBe(what);
        foreach (var line in requested)
            ((string)line["by"]!, Time(line["from"]!), Time(line["to"]!)).ShouldBe((by, Time(_span[1]), Time(_span[3])));

        static DateTimeOffset Time(JsonNode text) => DateTimeOffset.Parse((string)text!, CultureInfo.InvariantCulture);
    }

    /// <summary>A journal that is there: made by a run that ended at once.</summary>
    private async Task PrepareAsync()
    {
        var service = RunningTieline.Sandbox(Org).Variable("TIELINE_DataDirectory", RunningTieline.DataOf(Sandbox));
        await using (await RunningTieline.StartAsync(service))
        {
        }

        service.Dispose();
    }

    private async Task<(int Code, long Expected, long Delivered, long Missing, long Repaired)> ReconcileAsync(params string[] more)
    {
        var ran = await Sandbox.RunAsync(["reconcile", .. _span, "--json", .. more]);
        ran.Output.ShouldStartWith("{", Case.Sensitive, ran.Error);
        var report = JsonNode.Parse(ran.Output)!;
        return (ran.ExitCode, Of("expected"), Of("delivered"), Of("missing"), Of("repaired"));

        long Of(string name) => report[name]!.GetValue<long>();
    }

    /// <summary>Once the gap is asked for no more.</summary>
    private async Task ClosedAsync()
    {
        var spans = "";
        for (var wait = 0; !spans.Contains("backfilled", StringComparison.Ordinal) && wait < 600; wait++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            spans = (await Sandbox.RunAsync(["completeness", .. _span])).Output;
        }

        spans.ShouldContain("backfilled");
    }

    private async Task ReceivedAsync(int count)
    {
        for (var wait = 0; Org.Received.Count < count && wait < 200; wait++)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Org.Received.Count.ShouldBe(count);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System); // the settlement rides a moment behind
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
