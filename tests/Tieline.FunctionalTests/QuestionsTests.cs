using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;
using static Tieline.FunctionalTests.Support.OnCall;
using static Tieline.FunctionalTests.Support.Truth;

namespace Tieline.FunctionalTests;

/// <summary>
/// What somebody who is called at night asks first, and how far each answer is from the console's first page in six incidents: at most three clicks, and true. What is true is asked of
/// the two ends, not of Tieline.
/// </summary>
[Collection(Load.Name)]
public sealed class QuestionsTests
{
    private const string Connected = "Are we connected, and since when?";
    private const string Losing = "Are we losing anything right now?";
    private const string Late = "Is the CRM getting it, and how late?";
    private const string Fault = "Who is at fault: Genesys, network, us, CRM?";
    private const string Changed = "What changed?";
    private const string Affected = "How many customers or conversations are affected, which ones?";
    private const string Heals = "Will it fix itself, when?";
    private const string Press = "What may I safely press, and what happened after I pressed it?";
    private const string Tell = "What do I tell people?";

    private const string Verdict = ".verdict";
    private const string Receiving = ".tile:has-text('Receiving')";
    private const string Complete = ".tile:has-text('Complete')";
    private const string Delivering = ".tile:has-text('Delivering')";
    private const string Changes = "section:has(#changes-title)";
    private const string DeadLetters = "section:has(#dead-title)";
    private const string Page = "main";

    private const int PauseSeconds = 1_800;
    private const int EnoughWait = 20;
    private const int Poisoned = 3;

    private static readonly string[] _questions = [Connected, Losing, Late, Fault, Changed, Affected, Heals, Press, Tell];
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(120);

    private static readonly Dictionary<string, Answer> _connected = new(StringComparer.Ordinal)
    {
        [Connected] = new([], Receiving, (read, truth) => truth.IsSubscribed && read.Says("✓") && Within(read.Ago("connected for"), truth.Connected)),
        [Losing] = new([], Complete, (read, truth) => truth.Missed == 0 && read.Says("✓") && read.Says("no open gap")),
    };

    private static readonly Dictionary<string, Answer> _allDelivered = new(StringComparer.Ordinal)
    {
        [Late] = new([], Delivering, (read, truth) => truth.Waiting.Count == 0 && read.Says("nothing waits; p99") && !read.Says("p99 –")),
    };

    private static readonly Dictionary<string, Answer> _notDelivered = new(StringComparer.Ordinal)
    {
        [Late] = new([], Delivering, (read, truth) => read.Says($"{truth.Waiting.Count} wait,") && Within(read.Ago("the oldest for"), truth.Waiting[0].WrittenAt)),
        [Affected] = new(["Delivering", "What waits"], Page, (read, truth) => SaysAll(read, truth, truth.Waiting.Select(line => line.Id))),
    };

    private static readonly Dictionary<string, Answer> _notConnected = new(StringComparer.Ordinal)
    {
        [Connected] = new([], Receiving, (read, truth) => !truth.IsSubscribed && Within(read.Ago("No connection for"), truth.Broken)),
        [Losing] = new([], Complete, (read, truth) => truth.Missed > 0 && read.Says("!") && read.Says("is missed until it is fetched")),
        [Affected] = new([], Complete, (read, truth) => read.Says("nobody knows yet whom it concerns") && Within(read.Times[0], truth.Broken)),
    };

    private static readonly Dictionary<string, Incident> _incidents = new(StringComparer.Ordinal)
    {
        ["CRM down"] = new(Slow, CrmGoesDownAsync, Of(_connected, _notDelivered, new(StringComparer.Ordinal)
        {
            [Fault] = new([], Verdict, (read, _) => read.Says("'crm' is down") && read.Says("At fault: the CRM.")),
            [Changed] = new([], Changes, (read, truth) => read.Says("crm: down since") && Within(read.Times[0], truth.Broken)),
            [Heals] = new([], Verdict, (read, _) => read.Says("Heals by itself") && Within(read.Ahead("Next probe in"), (read.At, read.At.AddSeconds(5)))),
            [Press] = new(["Delivering", "Send a test event", "Send it"], Page, (read, truth) => read.Says("Not taken (") && truth.Since.Count == 0),
            [Tell] = new(["Copy status"], Clipboard, (read, truth) => read.Says("'crm' is down") && read.Says("At fault: the CRM.") && read.Says("nothing is lost") && read.Says($"{truth.Waiting.Count} wait")),
        })),
        ["CRM throttling"] = new(Slow, CrmThrottlesAsync, Of(_connected, _notDelivered, new(StringComparer.Ordinal)
        {
            [Fault] = new([], Verdict, (read, truth) => truth.Answered(429).Count > 0 && read.Says("'crm' is throttling us.") && read.Says("At fault: the CRM.")),
            [Changed] = new([], Changes, (read, truth) => read.Says("crm: asked to wait since") && Within(read.Times[0], truth.Broken)),
            [Heals] = new([], Verdict, (read, truth) => read.Says("Heals by itself") && Within(read.Ahead("Goes on in"), (truth.Broken.From.AddSeconds(PauseSeconds), truth.Broken.To.AddSeconds(PauseSeconds)))),
            [Press] = new(["Delivering", "Send a test event", "Send it"], Page, (read, truth) => read.Says("answer 429") && truth.Since is [{ Status: 429 }]),
            [Tell] = new(["Copy status"], Clipboard, (read, truth) => read.Says("'crm' is throttling us.") && read.Says($"{truth.Waiting.Count} wait")),
        })),
        ["Genesys silent"] = new(Slow, GenesysFallsSilentAsync, Of(_notConnected, _allDelivered, new(StringComparer.Ordinal)
        {
            // Whether a line or the other end is dead cannot be told from this end.
            [Fault] = new([], Verdict, (read, _) => read.Says("Not receiving for") && read.Says("At fault: the network between here and Genesys, or Genesys.")),
            [Changed] = new([], Changes, (read, truth) => read.Says("No connection to Genesys (") && Within(read.Times[0], truth.Broken)),
            [Heals] = new([], Verdict, (read, _) => read.Says("Heals by itself") && read.Says("Tried again within 30 s, for ever. What was missed is fetched when the stream is back.")),
            [Press] = new(["More about it", "Backfill now"], Page, (read, truth) => read.Says("stands for the span") && truth.Site.AuditLines("requested") is [{ Detail: { } detail }] && (string?)detail["by"] == "console"),
            [Tell] = new(["Copy status"], Clipboard, (read, truth) => read.Says("Not receiving for") && read.Says("nothing waits") && Within(read.Ago("no connection for"), truth.Broken)),
        })),
        ["Token refused"] = new(Slow, TokenIsRefusedAsync, Of(_notConnected, _allDelivered, new(StringComparer.Ordinal)
        {
            [Fault] = new([], Verdict, (read, truth) => truth.TokensRefused >= 3 && read.Says("Genesys refuses our credentials.") && read.Says("At fault: our own set-up.")),
            [Changed] = new([], Changes, (read, truth) => read.Says("No connection to Genesys (TokenRefused) since") && Within(read.Times[0], truth.Broken)),
            [Heals] = new([], Verdict, (read, _) => read.Says("Needs you") && read.Says("Tried again once a minute; goes on by itself once they are right.")),
            [Press] = new(["More about it", "Look at everything"], Page, (read, truth) => read.Says("fail token") && truth.TokensRefused > truth.TokensRefusedBefore),
            [Tell] = new(["Copy status"], Clipboard, (read, truth) => read.Says("Genesys refuses our credentials.") && read.Says("nothing waits") && Within(read.Ago("no connection for"), truth.Broken)),
        })),
        ["Disk nearly full"] = new(options => (options.Genesys.Rate, options.DiskMiB) = (50, 300), DiskIsNearlyFullAsync, Of(_connected, _allDelivered, new(StringComparer.Ordinal)
        {
            [Fault] = new([], Verdict, (read, truth) => read.Says($"the disk is nearly full: {FreeMiB(truth)}") && read.Says("At fault: our own set-up.")),
            [Changed] = new([], Changes, (read, truth) => read.Says("started") && read.Times.Any(time => Within(time, truth.Site.AuditLines("started")[^1].Entry.Timestamp))),
            [Affected] = new([], Verdict, (read, truth) => truth.Waiting.Count == 0 && read.Says("Events flow") && read.Says("nothing waits") && read.Says("no open gap") && read.Says("no dead letter")),
            [Heals] = new([], Verdict, (read, _) => read.Says("Needs you") && read.Says("It does not mend itself") && read.Says("Make room")),
            [Press] = new(["More about it", "Look at everything"], Page, (read, _) => read.Says("warn disk-space") && read.Says("MiB free in")),
            [Tell] = new(["Copy status"], Clipboard, (read, truth) => read.Says("Events flow, but the disk is nearly full") && read.Says($"{FreeMiB(truth)}")),
        }))
        { IsPossible = () => SmallDisk.IsPossible },
        ["Poison"] = new(Slow, EventsAreRefusedAsync, Of(_connected, _allDelivered, new(StringComparer.Ordinal)
        {
            [Fault] = new([], Verdict, (read, truth) => truth.Answered(422).Count == Poisoned && read.Says($"Events flow; {Poisoned} events were refused for good") && read.Says("At fault: the CRM.")),
            [Changed] = new(["Attention"], DeadLetters, (read, truth) => read.Says("422") && Within(read.Times[0], truth.Broken) && Within(read.Times[1], truth.Broken)),
            [Affected] = new(["Attention", "422"], Page, (read, truth) => SaysAll(read, truth, truth.Poison)),
            [Heals] = new([], Verdict, (read, truth) => truth.Poison.All(id => truth.Site.Crm.Requests().Count(request => request.Id == id) == 1) && read.Says("Needs you") && read.Says("Mend the cause, then replay them")),
            [Tell] = new(["Copy status"], Clipboard, (read, _) => read.Says($"{Poisoned} events were refused for good") && read.Says($"{Poisoned} dead letters") && read.Says("nothing waits")),
            [Press] = new(["Attention", "Replay", "Replay now"], Page, (read, truth) => read.Says($"{Poisoned} sent again") && truth.Since.Where(request => request.Processed).Select(request => request.Id).Order().SequenceEqual(truth.Poison.Order())),
        })),
    };

    public static TheoryData<string> Incidents => [.. _incidents.Keys];

    [Theory]
    [MemberData(nameof(Incidents))]
    public async Task Every_question_is_answered_within_three_actions(string name)
    {
        Assert.SkipUnless(File.Exists(Browser.Executable), $"{Browser.Executable} is missing: apt-get install chromium");
        var incident = _incidents[name];
        Assert.SkipUnless(incident.IsPossible?.Invoke() ?? true, "a small disk cannot be mounted here: unshare --user --mount is not permitted");
        var mood = new CrmMood();
        var began = Now;
        await using var site = await Site.StartAsync(options =>
        {
            options.Crm.Decide = request => mood.Decide?.Invoke(request);
            incident.Configure(options);
        });
        var truth = new Truth(site) { Connected = (began, Now), Crm = mood };
        await site.MoreDeliveriesAsync(EnoughWait, _soon);
        await using var browser = await Browser.StartAsync(site);
        var page = await browser.SignedInAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        var from = Now;
        await incident.StageAsync(site, truth);
        (truth.Broken, truth.RequestsBefore, truth.TokensRefusedBefore) = ((from, Now), site.Crm.Requests().Count, truth.TokensRefused);

        await Browser.OpenAsync(page, "/");
        (await Browser.AxeAsync(page)).ShouldBeEmpty(name);
        incident.Answers.Keys.ShouldBe(_questions, ignoreOrder: true);
        // What is pressed changes something: last.
        foreach (var (question, answer) in incident.Answers.OrderBy(one => one.Key == Press))
        {
            await Browser.OpenAsync(page, "/");
            var person = new OnCall(page);
            foreach (var action in answer.Actions)
                await person.ClickAsync(action);
            await person.ReadAsync(answer.Where, read => answer.IsTrue(read, truth), () => $"{name}: {question}\nWanted: {answer.Condition}\n{site.Process.Tail()}");
        }

        browser.Complaints.ShouldBeEmpty();
        Say($"{name}: {string.Join(", ", _questions.Select(question => $"{incident.Answers[question].Actions.Length}"))} actions");
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Few enough events that all that wait are on one page.</summary>
    private static void Slow(SiteOptions options) => options.Genesys.Rate = 50;

    private static Task CrmGoesDownAsync(Site site, Truth truth) => WaitsAsync(site, () => site.Crm.DownAsync(), "down");

    private static Task CrmThrottlesAsync(Site site, Truth truth) => WaitsAsync(
        site,
        () =>
        {
            truth.Crm.Decide = _ => new CrmAnswer { Status = 429, RetryAfter = PauseSeconds };
            return Task.CompletedTask;
        },
        "held");

    /// <summary>Breaks the CRM while nothing is on its way to it: so what it has got is certain. Then lets a few events wait.</summary>
    /// <param name="state">Of the destination, then.</param>
    private static async Task WaitsAsync(Site site, Func<Task> breaks, string state)
    {
        await DeliveredAsync(site);
        await breaks();
        site.Genesys.SetRate(50);
        await Eventually.TrueAsync(async () => (await site.PrometheusAsync()).Sum("tieline_delivery_gate_state", "tieline_gate_state", state) == 1, _soon, () => $"the destination is {state}.\n{site.Process.Tail()}");
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["waiting"] >= EnoughWait, _soon, () => $"{EnoughWait} events wait.\n{site.Process.Tail()}");
        await QuietAsync(site);
    }

    /// <summary>An open socket that says nothing, and a door that stays shut when Tieline has had enough of it.</summary>
    private static async Task GenesysFallsSilentAsync(Site site, Truth truth)
    {
        await site.FaultAsync(new SimulatorFault { Kind = "refuse" });
        await site.FaultAsync(new SimulatorFault { Kind = "silence" });
        await LostAsync(site);
    }

    private static async Task TokenIsRefusedAsync(Site site, Truth truth)
    {
        await site.FaultAsync(new SimulatorFault { Kind = "token", Answer = "invalid_client" });
        await site.FaultAsync(new SimulatorFault { Kind = "revoke" });
        await site.UnreadyAsync("invalid_client", _soon);
        await LostAsync(site);
    }

    private static Task DiskIsNearlyFullAsync(Site site, Truth truth) => DeliveredAsync(site);

    /// <summary>The first few are refused, once: whatever was wrong with them has been mended when they come again.</summary>
    private static async Task EventsAreRefusedAsync(Site site, Truth truth)
    {
        var gate = new Lock();
        truth.Crm.Decide = request =>
        {
            lock (gate)
            {
                if (truth.Poison.Count >= Poisoned)
                    return null;
                truth.Poison.Add(request.Id!);
                return new CrmAnswer { Status = 422 };
            }
        };
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["deadLetters"] == Poisoned, _soon, () => $"{Poisoned} events are refused.\n{site.Process.Tail()}");
        await DeliveredAsync(site);
    }

    /// <summary>Until Genesys has made events that nobody was there to take, and what was taken before is delivered.</summary>
    private static async Task LostAsync(Site site)
    {
        await Eventually.TrueAsync(async () => (await site.PrometheusAsync()).Sum("tieline_source_closes_total") > 0, _soon, () => $"the connection is lost.\n{site.Process.Tail()}");
        await site.MoreEventsAsync(EnoughWait, _soon);
        site.Genesys.Stop();
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["waiting"] == 0, _soon, () => $"everything is delivered.\n{site.Process.Tail()}");
    }

    private static async Task DeliveredAsync(Site site)
    {
        await QuietAsync(site);
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["waiting"] == 0, _soon, () => $"everything is delivered.\n{site.Process.Tail()}");
    }

    /// <summary>No more events; those that were made have been received.</summary>
    private static async Task QuietAsync(Site site)
    {
        site.Genesys.Stop();
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["lastSequence"] >= site.Genesys.Status.LastSequence, _soon, () => $"every event is received.\n{site.Process.Tail()}");
    }

    /// <summary>How many events of how many conversations, and each of these by its id.</summary>
    private static bool SaysAll(Reading read, Truth truth, IEnumerable<string?> ids)
    {
        var wanted = ids.ToList();
        var conversations = truth.ConversationsOf(wanted);
        return read.Says($"{wanted.Count} events of {conversations.Count} conversation") && conversations.All(read.Says);
    }

    private static string FreeMiB(Truth truth) =>
        $"{(new DriveInfo(truth.Site.DataDirectory).AvailableFreeSpace / 1024d / 1024).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)} MiB";

    private static Dictionary<string, Answer> Of(params ReadOnlySpan<Dictionary<string, Answer>> parts)
    {
        var all = new Dictionary<string, Answer>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            foreach (var (question, answer) in part)
                all[question] = answer;
        }

        return all;
    }
}
