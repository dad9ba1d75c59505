// What the console's pages and the admin API's lists take over a long journal:  dotnet run -c Release bench/pages.cs EXECUTABLE [events] [DIRECTORY]
// Fills a journal with so many events (ten million unless given) of six days through the writer that Tieline has, starts the published executable on it beside a Genesys that goes on, and asks for each page as a browser does.
// DIRECTORY keeps the journal for the next run; without it, it is made and removed. The audit log is written by Tieline itself, from the journal, before anything is timed.
#:project ../src/Tieline/Tieline.csproj
#:project ../src/Tieline.Simulator/Tieline.Simulator.csproj
#:property AssemblyName=Tieline.Benchmarks
#:property InvariantGlobalization=true
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RunAnalyzers=false

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Simulator;
using Tieline.Storage;

const int Rounds = 20;
var executable = Path.GetFullPath(args[0]);
var events = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000_000;
var kept = args.Length > 2 ? Path.GetFullPath(args[2]) : null;
var root = kept ?? Directory.CreateTempSubdirectory("tieline-bench-").FullName;
var data = Path.Combine(root, "data");
if (!File.Exists(Path.Combine(data, JournalSchema.FileName)))
    await LongJournal.FillAsync(data, events);

await using var genesys = await GenesysSimulator.StartAsync(new GenesysSimulatorOptions { Rate = 50 });
await using var crm = await CrmSimulator.StartAsync(new CrmSimulatorOptions());
using var tieline = Start();
try
{
    var address = await AddressAsync();
    await AuditedAsync();
    Console.WriteLine($"Journal {Size("tieline.db*"):N1} GB, audit log {Size("audit/*"):N1} GB.\n");
    using var browser = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    var token = File.ReadAllText(Path.Combine(data, "console-token")).Trim();
    browser.DefaultRequestHeaders.Authorization = new("Bearer", token);
    using (var link = await browser.PostAsync("/api/v1/sign-in-links", null))
        (await browser.GetAsync(new Uri(JsonDocument.Parse(await link.Content.ReadAsStringAsync()).RootElement.GetProperty("url").GetString()!).PathAndQuery)).EnsureSuccessStatusCode();
    Console.WriteLine("| | first | p50 | worst of 20 | rows |\n|---|---|---|---|---|");
    foreach (var path in await PathsAsync(browser))
        await TimeAsync(browser, path);
}
finally
{
    tieline.Kill();
    await tieline.WaitForExitAsync();
    if (kept is null)
        Directory.Delete(root, recursive: true);
}

async Task<List<string>> PathsAsync(HttpClient browser)
{
    var (old, middle) = (LongJournal.Conversation(1_000), LongJournal.Conversation(events / 2));
    var day = DateTimeOffset.UtcNow.AddDays(-3).ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
    var later = DateTimeOffset.UtcNow.AddDays(-3).AddHours(1).ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
    using var one = JsonDocument.Parse(await browser.GetStringAsync($"/api/v1/conversations/{middle}"));
    var middling = one.RootElement.GetProperty("events")[0];
    var (id, position) = (middling.GetProperty("id").GetString(), middling.GetProperty("position").GetInt64());
    return
    [
        "/", "/?range=24h", "/events", "/events?type=conversation.state&state=abandoned", "/events?queue=none", "/events?dest=crm&status=dead", "/events?dest=crm&status=waiting", $"/events?q={id}", $"/events?q={middle}",
        $"/events?from={day}", $"/events?from={day}&to={later}&state=completed", $"/events?before={events / 2}", $"/events/{position}", $"/conversations/{old}", $"/conversations/{middle}",
        "/trouble", "/destinations", "/trust", $"/trust?conversation={middle}", "/trust?action=dead-lettered", "/trust?action=log-repaired", $"/trust?from={day}&to={later}",
        "/api/v1/events", "/api/v1/events?queue=none", "/api/v1/conversations", $"/api/v1/conversations?from={day}", "/api/v1/conversations?queue=none", $"/api/v1/events?conversation={middle}", $"/api/v1/conversations/{middle}", "/api/v1/gaps", "/api/v1/dead-letters", "/api/v1/dead-letters?grouped=true", "/api/v1/destinations", "/api/v1/changes",
        "/api/v1/audit/lines", $"/api/v1/audit/lines?conversation={middle}", "/api/v1/audit/lines?action=log-repaired", "/api/v1/audit/checkpoints", "/api/v1/status", "/api/v1/history", $"/api/v1/completeness?from={day}&to={later}", "/api/v1/system",
    ];
}

static async Task TimeAsync(HttpClient browser, string path)
{
    var took = new List<double>();
    var text = "";
    for (var round = 0; round <= Rounds; round++)
    {
        var start = Stopwatch.GetTimestamp();
        using var answer = await browser.GetAsync(path);
        text = await answer.Content.ReadAsStringAsync();
        took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        if (!answer.IsSuccessStatusCode)
        {
            Console.WriteLine($"| `{path}` | {(int)answer.StatusCode} {text} | | | |");
            return;
        }

        if (took[^1] > 10_000)
            break;
    }

    var again = took.Skip(1).DefaultIfEmpty(double.NaN).Order().ToList();
    Console.WriteLine($"| `{path}` | {took[0]:N0} ms | {again[again.Count / 2]:N0} ms | {again[^1]:N0} ms | {Rows(text)} |");
}

static string Rows(string text) => text.StartsWith('{') ? "" : $"{text.Split("<tr").Length - 1}";

Process Start()
{
    var start = new ProcessStartInfo(executable, ["run", "--set", "Logging:Level=Warning", "--set", "Retention:Delivered=31.00:00:00", "--set", "Retention:MaxBytes=100GiB"]) { WorkingDirectory = root, UseShellExecute = false, RedirectStandardError = true };
    start.Environment["TIELINE_DataDirectory"] = data;
    start.Environment["TIELINE_Genesys__ApiUrl"] = genesys.Url;
    start.Environment["TIELINE_Http__Listen"] = "http://127.0.0.1:0";
    start.Environment["GENESYS_CLIENT_ID"] = "simulator";
    start.Environment["GENESYS_CLIENT_SECRET"] = "simulator-secret";
    start.Environment["CRM_WEBHOOK_URL"] = crm.Url + "/hook";
    start.Environment["TIELINE_Logging__Level"] = "Information";
    return Process.Start(start)!;
}

async Task<Uri> AddressAsync()
{
    // Its own commands find it by this file too.
    var file = Path.Combine(data, "console-url");
    for (var patience = 600; patience > 0; patience--)
    {
        if (File.Exists(file) && File.GetLastWriteTimeUtc(file) > tieline.StartTime.ToUniversalTime())
            return new Uri((await File.ReadAllTextAsync(file)).Trim());
        await Task.Delay(100);
    }

    throw new InvalidOperationException("Tieline did not start.");
}

/// Until the audit log has every fact that the journal had before.
async Task AuditedAsync()
{
    using var reader = new JournalReader(Path.Combine(data, JournalSchema.FileName));
    var wanted = reader.ReadCounters().NextFact - 1;
    while ((reader.ReadHead()?.Fact ?? 0) < wanted)
        await Task.Delay(500);
}

double Size(string pattern) => Directory.EnumerateFiles(Path.Combine(data, Path.GetDirectoryName(pattern)!), Path.GetFileName(pattern)).Sum(file => new FileInfo(file).Length) / 1e9;

/// <summary>Six days of a contact centre, delivered but for the newest ten thousand; one in five hundred is a dead letter.</summary>
static class LongJournal
{
    private const int Live = 1_000;
    private const int EventsEach = 8;
    private const int Waiting = 10_000;
    private static readonly string[] _causes = ["rejected", "timed out", "400: no such account", "422: a field is missing", "409: a conflict"];

    public static async Task FillAsync(string path, int events)
    {
        var start = DateTimeOffset.UtcNow.AddDays(-6);
        var time = new Spread();
        using var metrics = new TielineMetrics();
        using var directory = DataDirectory.Open(path);
        using var journal = SqliteJournal.Open(directory, ["crm"], time, metrics, NullLogger<SqliteJournal>.Instance, SqliteJournal.Ride);
        journal.ReserveLog();
        var writing = Task.Run(() => journal.WriteAsync(CancellationToken.None));
        var step = TimeSpan.FromDays(6) / events;
        var watch = Stopwatch.StartNew();
        for (var number = 0; number < events; number++)
        {
            var at = start + (step * number);
            time.Now = at;
            await journal.PostAsync(new JournalWork.Append(new RedactedEvent(Event(number, at)), new Mark(1, number + 1, at), IsHeld: false), CancellationToken.None);
            if (number >= 2_000 && number - 2_000 < events - Waiting)
                await journal.PostAsync(new JournalWork.Settle(SettlementOf(number - 2_000, at)), CancellationToken.None);
            if (number % 1_000_000 == 0)
                Console.Error.WriteLine($"{number:N0} after {watch.Elapsed}");
        }

        await journal.WaitForDurabilityAsync(CancellationToken.None);
        journal.Complete();
        await writing;
        Console.Error.WriteLine($"{events:N0} events after {watch.Elapsed}");
    }

    /// <summary>The conversation of an event.</summary>
    public static string Conversation(int number)
    {
        var conversation = (number / (Live * EventsEach) * Live) + (number % Live);
        return new Guid(conversation, 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]).ToString();
    }

    private static ConversationEvent Event(int number, DateTimeOffset at)
    {
        var step = number / Live % EventsEach;
        var (type, state) = step switch
        {
            EventsEach - 1 => (EventKinds.ConversationState, number % 7 == 0 ? EventKinds.Abandoned : EventKinds.Completed),
            3 => (EventKinds.ConversationState, EventKinds.Transfer),
            _ => (EventKinds.RoutingQueue, EventKinds.Queued),
        };
        var conversation = Conversation(number);
        return new ConversationEvent(
            EventId.Of(conversation, type, state, at), conversation, type, state, at, "voice", new Guid(number % 12, 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]).ToString(),
            [new Participant("p1", "customer", "ext-contact-1187"), new Participant("p2", "agent", "user-7f21")], number + 1, EventOrigin.Live, at, (ulong)number);
    }

    private static Settlement SettlementOf(int number, DateTimeOffset at)
    {
        var position = new JournalPosition(number + 1);
        var isDead = number % 500 == 0;
        return new Settlement(new DestinationNumber(1), position, isDead ? 400 : 200, 1, isDead ? _causes[number / 500 % _causes.Length] : null, position)
        {
            Attempt = isDead ? new AttemptRecord(1, at, "rejected", 400, TimeSpan.FromMilliseconds(12), _causes[number / 500 % _causes.Length]) : null,
        };
    }

    private sealed class Spread : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
