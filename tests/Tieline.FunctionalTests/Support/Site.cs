using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Audit;
using Tieline.Journal;
using Tieline.Simulator;
using Tieline.TestKit;

namespace Tieline.FunctionalTests.Support;

/// <summary>A Genesys, a CRM, and between them the published Tieline as a child process with an empty data directory of its own.</summary>
internal sealed class Site : IAsyncDisposable
{
    private static readonly TimeSpan _startsWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _stopsWithin = TimeSpan.FromSeconds(15);

    private readonly TempDirectory _folder = new();
    private readonly SiteOptions _options;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly List<ChildProcess> _processes = [];
    private Uri? _address;

    private Site(SiteOptions options, GenesysSimulator genesys, CrmSimulator crm) => (_options, Genesys, Crm) = (options, genesys, crm);

    public GenesysSimulator Genesys { get; }

    public CrmSimulator Crm { get; }

    public string Folder => _folder.Path;

    public string DataDirectory => _options.DiskMiB is null ? OwnDataDirectory : SmallDisk.SeenFromOutside(Process.Id, OwnDataDirectory);

    public string AuditDirectory => Path.Combine(DataDirectory, "audit");

    /// <summary>The one that was started last.</summary>
    public ChildProcess Process => _processes[^1];

    /// <summary>Where its metrics and health are.</summary>
    public Uri Address => _address ?? throw new InvalidOperationException("Tieline was not started.");

    /// <summary>The log of all runs so far, each line as it was written.</summary>
    public IEnumerable<string> LogText => _processes.SelectMany(process => process.Errors);

    public IEnumerable<LogLine> Log => LogText.Select(LogLine.Parse).OfType<LogLine>();

    public static async Task<Site> StartAsync(Action<SiteOptions>? configure = null)
    {
        var options = new SiteOptions();
        configure?.Invoke(options);
        var cancellation = TestContext.Current.CancellationToken;
        var site = new Site(options, await GenesysSimulator.StartAsync(options.Genesys, cancellation: cancellation), await CrmSimulator.StartAsync(options.Crm, cancellation: cancellation));
        options.Prepare?.Invoke(site);
        if (!options.Start)
            return site;
        try
        {
            await site.StartTielineAsync();
            await site.IsSubscribedAsync(_startsWithin);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts Tieline, and waits until it listens.</summary>
    public async Task StartTielineAsync()
    {
        var process = Launch();
        await Eventually.TrueAsync(
            () => !process.HasExited ? Listens(process) : throw new InvalidOperationException($"Tieline ended at its start.\n{process.Tail()}"),
            _startsWithin,
            () => $"Tieline listens.\n{process.Tail()}");
    }

    /// <summary>Whether one that was only launched listens by now; if so, it is the one that is asked from now on.</summary>
    public bool Listens(ChildProcess process)
    {
        if (process.Errors.Select(LogLine.Parse).FirstOrDefault(line => line?.Name == "Listening") is not { } line)
            return false;
        _address = new Uri(line.Members.GetProperty(nameof(Address)).GetString()!);
        return true;
    }

    /// <summary>Starts Tieline and waits for nothing.</summary>
    public ChildProcess Launch()
    {
        List<string> arguments = ["run"];
        if (_options.Verbose)
            arguments.Add("--verbose");
        foreach (var setting in _options.Settings)
            arguments.AddRange(["--set", setting]);
        var process = ChildProcess.Start(arguments, Folder, Environment(), _options.DiskMiB is { } size ? SmallDisk.At(OwnDataDirectory, size) : null);
        _processes.Add(process);
        return process;
    }

    public Task IsSubscribedAsync(TimeSpan within) =>
        Eventually.TrueAsync(() => Genesys.Status.Subscribed > 0, within, () => $"Tieline has subscribed.\n{Process.Tail()}");

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>SIGTERM, and waits for its end.</summary>
    /// <returns>Its exit code, and how long it took.</returns>
    public async Task<(int ExitCode, TimeSpan After)> StopAsync()
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        Process.Terminate();
        var code = await Process.ExitAsync(_stopsWithin);
        return (code, TimeProvider.System.GetElapsedTime(startedAt));
    }

    /// <summary>Runs another command of the program, with the same environment, to its end.</summary>
    public async Task<CommandResult> RunAsync(params string[] arguments)
    {
        await using var process = ChildProcess.Start(arguments, Folder, Environment());
        return await CommandResult.OfAsync(process, TimeSpan.FromSeconds(60));
    }

    /// <summary>The JSON of <c>/metrics</c>.</summary>
    public async Task<Metrics> MetricsAsync() => new(JsonDocument.Parse(await GetAsync("/metrics")).RootElement);

    public async Task<PrometheusText> PrometheusAsync() => new(await GetAsync("/metrics", "text/plain"));

    /// <returns>200 or 503, and the answer's text.</returns>
    public async Task<(int Status, string Text)> ReadyAsync()
    {
        using var response = await _http.GetAsync(new Uri(Address, "/health/ready"), TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Waits until readiness is 503 and names this.</summary>
    /// <returns>The answer's text.</returns>
    public async Task<string> UnreadyAsync(string because, TimeSpan within) => (await Eventually.FindAsync(
        async () => await ReadyAsync() is { Status: 503 } answer && answer.Text.Contains(because, StringComparison.Ordinal) ? answer.Text : null,
        within,
        () => $"readiness is off and names '{because}'.\n{Process.Tail()}")).Found;

    public async Task<HttpResponseMessage> AskAsync(string path) => await _http.GetAsync(new Uri(Address, path), TestContext.Current.CancellationToken);

    public async Task<string> GetAsync(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, path));
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public JournalReader OpenJournal() => new(Path.Combine(DataDirectory, JournalSchema.FileName));

    /// <summary>Lines of the audit log, with their details.</summary>
    public IReadOnlyList<(AuditEntry Entry, JsonObject? Detail)> AuditLines(string action) =>
    [
        .. AuditReader.Read(AuditDirectory, new AuditQuery(Action: action), TestContext.Current.CancellationToken)
            .Select(entry => (entry, entry.Detail is null ? null : JsonNode.Parse(entry.Detail)!.AsObject())),
    ];

    /// <summary>What the audit log says of gaps in the numbering; a span without a connection that cost no number is not among them.</summary>
    public IEnumerable<JsonObject> NumberedGaps() => AuditLines("gap-detected").Select(line => line.Detail!).Where(detail => detail["firstSequence"] is not null);

    /// <summary>Waits until the simulator has made so many more events.</summary>
    public Task MoreEventsAsync(long count, TimeSpan within)
    {
        var goal = Genesys.Status.Made + count;
        return Eventually.TrueAsync(() => Genesys.Status.Made >= goal, within, () => $"{count} more events were made (at {Genesys.Status.Made} of {goal})");
    }

    /// <summary>Waits until the CRM has taken so many more events as good.</summary>
    /// <returns>How long it took.</returns>
    public Task<TimeSpan> MoreDeliveriesAsync(int count, TimeSpan within)
    {
        var goal = Crm.Status.Processed + count;
        return Eventually.TrueAsync(() => Crm.Status.Processed >= goal, within, () => $"{count} more events delivered (at {Crm.Status.Processed} of {goal}).\n{Process.Tail()}");
    }

    /// <summary>Commits a fault at Genesys.</summary>
    public Task FaultAsync(SimulatorFault fault) => Genesys.InjectAsync(fault);

    /// <summary>Waits until a new socket has subscribed and what it carries is delivered.</summary>
    /// <param name="handshakes">Successful ones before the fault.</param>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> RecoversAsync(long handshakes, TimeSpan within)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(() => Handshakes > handshakes && Genesys.Status.Subscribed > 0, within, () => $"Tieline has connected again.\n{Process.Tail()}");
        await MoreDeliveriesAsync(3, within - TimeProvider.System.GetElapsedTime(startedAt));
        return TimeProvider.System.GetElapsedTime(startedAt);
    }

    /// <summary>Successful handshakes so far.</summary>
    public long Handshakes => Genesys.Status.Handshakes.GetValueOrDefault(101);

    /// <summary>Stops the simulator's events and waits until nothing is under way any more: then each end's records say the whole story.</summary>
    public async Task<Account> SettleAsync(TimeSpan within)
    {
        Genesys.Stop();
        var (account, _) = await Eventually.FindAsync(
            async () =>
            {
                var metrics = await MetricsAsync();
                if (metrics["waiting"] != 0 || metrics["lastSequence"] < Genesys.Status.LastSequence)
                    return null;
                var balance = Account.Of(this);
                return balance.IsSettled ? balance : null;
            },
            within,
            () => $"everything is settled: {Account.Of(this)}\n{Process.Tail()}");
        return account;
    }

    /// <summary>Stops the simulator's events and waits until every gap is closed and everything is delivered.</summary>
    public async Task<Account> FilledAsync(TimeSpan within)
    {
        Genesys.Stop();
        var (account, _) = await Eventually.FindAsync(
            async () =>
            {
                var metrics = await MetricsAsync();
                if (metrics["waiting"] != 0 || metrics["lastSequence"] < Genesys.Status.LastSequence)
                    return null;
                using var journal = OpenJournal();
                // In this order: a hole that is confirmed between the two is among what is still to be filled.
                if (journal.ReadOpenGaps().Any(gap => gap.ConfirmedAt is null) || journal.ReadFills().Count > 0)
                    return null;
                // What was read and is not durable yet, as while the disk fails, waits nowhere that a figure tells of.
                var account = Account.Of(this);
                return account.Lost.Count == 0 ? account : null;
            },
            within,
            () => $"every gap is closed: {Account.Of(this)}\n{Process.Tail()}");
        return account;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        await Genesys.DisposeAsync();
        await Crm.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    /// <summary>The data directory as Tieline names it.</summary>
    private string OwnDataDirectory => _folder.FileNamed("data");

    private Dictionary<string, string> Environment()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GENESYS_CLIENT_ID"] = _options.Genesys.ClientId,
            ["GENESYS_CLIENT_SECRET"] = _options.Genesys.ClientSecret,
            ["CRM_WEBHOOK_URL"] = $"{Crm.Url}/hook",
            ["TIELINE_Genesys__ApiUrl"] = Genesys.Url,
            ["TIELINE_Genesys__StreamUrl"] = Genesys.StreamUrl,
            ["TIELINE_DataDirectory"] = OwnDataDirectory,
            ["TIELINE_Http__Listen"] = "http://127.0.0.1:0",
        };
        foreach (var (name, value) in _options.Environment)
        {
            if (value is null)
                environment.Remove(name);
            else
                environment[name] = value;
        }

        return environment;
    }
}
