// What delivery makes of a CRM, as tables:  dotnet run -c Release bench/delivery.cs [seconds a row]
// Journal, dispatcher and CRM run in this one process and share its cores: only ratios within one run mean anything.
#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Tieline/Tieline.csproj
#:property AssemblyName=Tieline.Benchmarks
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property RunAnalyzers=false
#:property EnableDefaultContentItems=false
#:property UseAppHost=false

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging.Abstractions;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Storage;
using EventId = Tieline.Events.EventId;

var seconds = args.Length > 0 ? double.Parse(args[0]) : 10;

Console.WriteLine("| a CRM that answers after 50 ms | events/s | of concurrency ÷ latency |\n|---|---|---|");
{
    await using var crm = await Crm.StartAsync(_ => 50);
    var rate = await Run.RateAsync(crm, seconds, 640, ConcurrencyMode.Fixed, 32);
    Console.WriteLine($"| 32 in flight | {rate:N0} | {rate / 640:P0} |\n");
}

Console.WriteLine("| a CRM that answers at once, 32 in flight | a second | of raw |\n|---|---|---|");
{
    await using var crm = await Crm.StartAsync(_ => 0);
    var raw = await Run.RawAsync(crm, seconds);
    var rate = await Run.RateAsync(crm, seconds, 40_000, ConcurrencyMode.Fixed, 32);
    Console.WriteLine($"| raw POST | {raw:N0} | |\n| delivered | {rate:N0} | {rate / raw:P0} |\n");
}

(string Name, Func<Crm, double> Latency)[] profiles =
[
    ("5 ms", _ => 5),
    ("100 ms", _ => 100),
    ("8 at once, 10 ms; more only wait", crm => 10 * Math.Max(1, crm.AtOnce / 8.0)),
    ("20 ms, refuses (429) beyond 12 at once", crm => crm.AtOnce > 12 ? -20 : 20),
    ("10 ms, thrice as slow beyond 24 at once", crm => crm.AtOnce > 24 ? 10 + (4 * (crm.AtOnce - 24)) : 10),
];
Console.WriteLine("| events/s | adaptive | fixed 1 | fixed 8 | fixed 64 |\n|---|---|---|---|---|");
var shares = new double[4];
foreach (var (name, latency) in profiles)
{
    var rates = new List<double>();
    foreach (var (mode, most) in ((ConcurrencyMode, int)[])[(ConcurrencyMode.Adaptive, 64), (ConcurrencyMode.Fixed, 1), (ConcurrencyMode.Fixed, 8), (ConcurrencyMode.Fixed, 64)])
    {
        await using var crm = await Crm.StartAsync(latency);
        rates.Add(await Run.RateAsync(crm, seconds, 15_000, mode, most));
    }

    Console.WriteLine($"| {name} | {string.Join(" | ", rates.Select(rate => $"{rate:N0}"))} |");
    for (var way = 0; way < shares.Length; way++)
        shares[way] += rates[way] / rates.Max() / profiles.Length;
}

Console.WriteLine($"| mean share of the row's best | {string.Join(" | ", shares.Select(share => $"{share:P0}"))} |");

Console.WriteLine("\n| 300 events/s to a CRM of 5 ms | p50 | p99 |\n|---|---|---|");
foreach (var isBesideDead in (bool[])[false, true, false, true])
{
    await using var crm = await Crm.StartAsync(_ => 5);
    var latencies = await Run.LatenciesAsync(crm, seconds, 300, isBesideDead);
    Console.WriteLine($"| {(isBesideDead ? "beside one that is dead" : "alone")} | {latencies[latencies.Count / 2]:N1} ms | {latencies[latencies.Count * 99 / 100]:N1} ms |");
}

/// <param name="latency">In milliseconds; below 0: a 429 after as long.</param>
sealed class Crm(Func<Crm, double> latency) : IAsyncDisposable
{
    private WebApplication _app = null!;
    private int _atOnce;
    private long _accepted;

    public Uri Url { get; private set; } = null!;
    public int AtOnce => Volatile.Read(ref _atOnce);
    public long Accepted => Volatile.Read(ref _accepted);
    public ConcurrentDictionary<string, long> ArrivedAt { get; } = new();

    public static async Task<Crm> StartAsync(Func<Crm, double> latency)
    {
        var crm = new Crm(latency);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        crm._app = builder.Build();
        crm._app.Run(crm.AnswerAsync);
        await crm._app.StartAsync();
        crm.Url = new Uri(crm._app.Urls.Single() + "/hook");
        return crm;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _atOnce);
        try
        {
            var takes = latency(this);
            if (takes != 0)
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Abs(takes)));
            await context.Request.Body.CopyToAsync(Stream.Null);
            if (takes < 0)
            {
                context.Response.StatusCode = 429;
                return;
            }

            ArrivedAt.TryAdd(context.Request.Headers["webhook-id"].ToString(), TimeProvider.System.GetTimestamp());
            Interlocked.Increment(ref _accepted);
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }
}

static class Run
{
    private static readonly TimeProvider _time = TimeProvider.System;

    /// <summary>Events a second that a backlog is worked off with, after a second to warm up.</summary>
    public static async Task<double> RateAsync(Crm crm, double seconds, double most, ConcurrencyMode mode, int concurrency)
    {
        await using var rig = new Rig(Options("crm", crm.Url, mode, concurrency));
        await rig.AppendAsync((int)(most * (seconds + 2)));
        rig.Start();
        await Task.Delay(TimeSpan.FromSeconds(1));
        var (from, start) = (crm.Accepted, _time.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        return (crm.Accepted - from) / _time.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The same requests a second from a loop that does nothing else.</summary>
    public static async Task<double> RawAsync(Crm crm, double seconds)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { MaxConnectionsPerServer = 32 });
        var body = new byte[250];
        var ids = 0;
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var count = 0L;
        var start = _time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            while (!end.IsCancellationRequested)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, crm.Url) { Content = new ByteArrayContent(body) };
                var id = $"evt_{Interlocked.Increment(ref ids):x32}";
                foreach (var (name, value) in ((string, string)[])[("Idempotency-Key", id), ("webhook-id", id), ("webhook-timestamp", "1580515200"), ("User-Agent", "Tieline/bench")])
                    request.Headers.TryAddWithoutValidation(name, value);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var response = await http.SendAsync(request, CancellationToken.None);
                Interlocked.Increment(ref count);
            }
        }));
        return count / _time.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>From the journal's commit to the CRM, in milliseconds, sorted.</summary>
    public static async Task<List<double>> LatenciesAsync(Crm crm, double seconds, int rate, bool isBesideDead)
    {
        var live = Options("crm", crm.Url, ConcurrencyMode.Adaptive, 32);
        await using var rig = isBesideDead ? new Rig(live, Options("dead", new Uri("http://127.0.0.1:9/"), ConcurrencyMode.Adaptive, 32)) : new Rig(live);
        rig.Start();
        var sent = new Dictionary<string, long>();
        var start = _time.GetTimestamp();
        for (var number = 0; number < rate * seconds; number++)
        {
            var wait = TimeSpan.FromSeconds((double)number / rate) - _time.GetElapsedTime(start);
            if (wait > TimeSpan.FromMilliseconds(1))
                await Task.Delay(wait);
            var at = _time.GetTimestamp();
            sent[await rig.AppendAsync(number, $"c{number}")] = at;
        }

        while (crm.ArrivedAt.Count < sent.Count)
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        return [.. sent.Select(one => _time.GetElapsedTime(one.Value, crm.ArrivedAt[one.Key]).TotalMilliseconds).Order()];
    }

    private static DestinationOptions Options(string name, Uri url, ConcurrencyMode mode, int concurrency) => new() { Name = name, Url = url, Concurrency = concurrency, ConcurrencyMode = mode };
}

/// <summary>A journal on the disk and a dispatcher for each destination.</summary>
sealed class Rig : IAsyncDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("tieline-bench").FullName;
    private readonly TielineMetrics _metrics = new();
    private readonly CancellationTokenSource _end = new();
    private readonly DestinationOptions[] _options;
    private readonly DataDirectory _data;
    private readonly SqliteJournal _journal;
    private readonly Task _writing;
    private readonly List<SocketsHttpHandler> _handlers = [];
    private readonly List<Task> _running = [];
    private long _sequence;

    public Rig(params DestinationOptions[] options)
    {
        _options = options;
        _data = DataDirectory.Open(Path.Combine(_path, "data"));
        _journal = SqliteJournal.Open(_data, options.Select(one => one.Name), TimeProvider.System, _metrics, NullLogger<SqliteJournal>.Instance, SqliteJournal.Ride);
        _journal.ReserveLog();
        _writing = Task.Run(() => _journal.WriteAsync(CancellationToken.None));
    }

    public void Start()
    {
        foreach (var options in _options)
        {
            var handler = Destination.CreateHandler(options);
            _handlers.Add(handler);
            var destination = Destination.Create(options, handler, "bench", TimeProvider.System, _metrics, NullLoggerFactory.Instance);
            var dispatcher = new Dispatcher(_journal, destination, options, TimeProvider.System, () => 0.5, _metrics, NullLogger<Dispatcher>.Instance);
            _running.Add(Task.Run(() => dispatcher.RunAsync(_end.Token, _end.Token)));
        }
    }

    public async Task AppendAsync(int count)
    {
        for (var number = 0; number < count; number++)
            await AppendAsync(number, $"c{number % 5_000}");
        await _journal.WaitForDurabilityAsync(CancellationToken.None);
    }

    /// <returns>The event's id.</returns>
    public async Task<string> AppendAsync(int number, string conversation)
    {
        var at = DateTimeOffset.UnixEpoch.AddYears(50).AddMilliseconds(number);
        var e = new ConversationEvent(
            EventId.Of(conversation, EventKinds.RoutingQueue, EventKinds.Queued, at), conversation, EventKinds.RoutingQueue, EventKinds.Queued, at, "voice", "q1",
            [new Participant("p1", "customer", "user-7f21")], ++_sequence, EventOrigin.Live, TimeProvider.System.GetUtcNow(), 1);
        await _journal.PostAsync(new JournalWork.Append(new RedactedEvent(e), new Mark(1, _sequence, at), IsHeld: false), CancellationToken.None);
        return e.Id.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var running in _running)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _journal.Complete();
        await _writing;
        _journal.Dispose();
        _data.Dispose();
        _handlers.ForEach(handler => handler.Dispose());
        _metrics.Dispose();
        _end.Dispose();
        Directory.Delete(_path, recursive: true);
    }
}
