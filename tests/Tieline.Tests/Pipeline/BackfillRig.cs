using System.Net;
using System.Text.Json.Nodes;
using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.TestKit;
using Tieline.Tests.Derivation;
using Tieline.Tests.Genesys;
using Tieline.Tests.Genesys.Details;

namespace Tieline.Tests.Pipeline;

/// <summary>The backfill between a real intake with a real journal and a <see cref="FakeDetails"/>. It is 9:01; seconds here are those after 9:00, as in <see cref="RecordText"/>.</summary>
internal sealed class BackfillRig : IAsyncDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly NotedClock _loopClock;
    private readonly NotedClock _readerClock;
    private readonly RecordingLogs _readerLogs = new();
    private readonly RestBudget _budget;
    private readonly DetailsReader _reader;
    private CancellationTokenSource _stopping = new();
    private BackfillLoop? _loop;
    private Task? _running;
    private (TimeSpan Wait, DateTimeOffset Due, int Seen) _idle;

    public BackfillRig(double holdSeconds = 5, long tolerance = 0, double? holdAtMostSeconds = null)
    {
        Rig = new IntakeRig(holdSeconds: holdSeconds, tolerance: tolerance, holdAtMostSeconds: holdAtMostSeconds);
        Time.Advance(TimeSpan.FromSeconds(60));
        Genesys.Answer = asked => asked.Path == "/query" ? Answer(asked) : FakeDetails.Status(HttpStatusCode.NotFound);
        _loopClock = new NotedClock(Time, () => Asked.Count);
        _readerClock = new NotedClock(Time, () => 0);
        _http = new HttpMessageInvoker(GenesysHttp.Timed(Rig.Clock, Genesys));
        _budget = new RestBudget(_readerClock, 3_000);
        var options = new GenesysOptions { ClientId = "id", ClientSecret = new Secret("s3cret") };
        var tokens = new TokenProvider(options, new Uri("https://api.example/oauth/token"), _http, _budget, _readerClock, Rig.Metrics, _readerLogs.For<TokenProvider>());
        var client = new DetailsClient(new Uri("https://api.example" + DetailsRig.Root), tokens, _http, _budget, _readerClock, Rig.Metrics);
        _reader = new DetailsReader(client, _budget, _readerClock, () => 0.5, _readerLogs.For<DetailsReader>());
        Rig.StartWriting();
    }

    public IntakeRig Rig { get; }

    public FakeDetails Genesys { get; } = new();

    /// <summary>What a query is answered; with nothing but <see cref="Other"/>, unless the test says so.</summary>
    public Func<Asked, HttpResponseMessage> Answer { get; set; } = _ => Page(Other);

    /// <summary>A conversation from before the first event: there is one, and nothing of it is wanted.</summary>
    public static string Other { get; } = Record("o2", "acd voice q1 | interact 5-");

    /// <summary>Queries, in order.</summary>
    public IReadOnlyList<Asked> Asked => [.. Genesys.Asked.Where(asked => asked.Path == "/query")];

    public GapOptions Options { get; } = new();

    public IReadOnlyList<string> Media { get; set; } = ["voice"];

    public ManualTime Time => Rig.Time;

    /// <summary>Genesys's clock, which nobody sets: each of its answers says it, from when this is switched on.</summary>
    public void TellTime() => Genesys.Date = () => Time.Unset;

    public long HeldCount => Rig.Rows("SELECT count(*) FROM held", row => row.GetInt64(0)).Single();

    public static DateTimeOffset At(double seconds) => Some.Time.AddMilliseconds(Math.Round(seconds * 1_000));

    /// <summary>A conversation's record, of <see cref="RecordText"/>'s words.</summary>
    public static string Record(string conversation, string text)
    {
        var record = JsonNode.Parse(RecordText.Json(text).GetRawText())!;
        record["conversationId"] = conversation;
        return record.ToJsonString();
    }

    public static HttpResponseMessage Page(params IReadOnlyCollection<string> records) => PageOf(records.Count, records);

    public static HttpResponseMessage PageOf(int totalHits, params IEnumerable<string> records) =>
        FakeDetails.Json($$"""{"conversations":[{{string.Join(',', records)}}],"totalHits":{{totalHits}}}""");

    public void Start()
    {
        _stopping = new CancellationTokenSource();
        _loop = new BackfillLoop(Rig.Intake, Rig.Journal, _reader, Options, Media, Rig.Clock, _loopClock, Rig.Metrics, Rig.Logs.For<BackfillLoop>());
        Run();
    }

    /// <summary>The loop has failed: as the supervisor does, starts it again.</summary>
    public async Task<Exception> FailAndRunAsync()
    {
        var failure = await Should.ThrowAsync<Exception>(() => _running!);
        Run();
        return failure;
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        if (_running is not null)
            await _running;
        _running = null;
        _stopping.Dispose();
    }

    /// <summary>Live events: each the only one of its conversation, <c>c</c> and its number.</summary>
    public Task OfferAsync(params IEnumerable<(long Sequence, double Seconds)> events) =>
        Rig.OfferAsync(events.Select(e => EventIntakeTests.Kept(e.Sequence, milliseconds: e.Seconds * 1000)));

    /// <summary>1 at 10 s and 4 at 30 s: a hole of two, confirmed.</summary>
    public async Task OpenGapAsync()
    {
        await OfferAsync((1, 10), (4, 30));
        await Rig.Journal.WaitForDurabilityAsync(Rig.Limit);
        await Rig.ExpireAsync(2);
    }

    /// <summary>There is a connection again after a time without one. The loop knows, and gives the first event its moment to say what that cost.</summary>
    public async Task ReconnectAsync()
    {
        while (_loopClock.Waits.TryRead(out _))
        {
        }

        Rig.Intake.OnConnected(continuous: false);
        do
            await IdleAsync();
        while (_idle.Due - Time.Unset > TimeSpan.FromSeconds(1));
    }

    /// <summary>Wakes the loop and waits until it has nothing to do: twice, since a wait that is seen may have begun before it knew what has just happened.</summary>
    public async Task SettleAsync()
    {
        for (var round = 0; round < 2; round++)
        {
            while (_loopClock.Waits.TryRead(out _))
            {
            }

            Rig.Intake.GapsChanged();
            await IdleAsync();
        }
    }

    /// <summary>Waits until the loop has made so many calls in all, has dealt with the answers, and is idle. What the reader waits for meanwhile passes.</summary>
    public async Task AskedAsync(int calls)
    {
        while (_idle.Seen < calls)
            await IdleAsync();
    }

    /// <summary>Lets time pass, and the loop do what is due on the way. It must be idle.</summary>
    public async Task PassAsync(double seconds)
    {
        var until = Time.Unset.AddMilliseconds(Math.Round(seconds * 1_000)); // a wait for less than a millisecond would be none, and for ever
        while (_loopClock.Waits.TryRead(out var newer))
            _idle = newer;
        while (Time.Unset is var now && now < until)
        {
            if (_idle.Due > until)
            {
                Time.Advance(until - now);
                break;
            }

            Time.Advance(_idle.Due > now ? _idle.Due - now : TimeSpan.Zero);
            await IdleAsync();
        }

        await Rig.Intake.ExpireAsync(Rig.Limit);
    }

    /// <summary>What goes out, in its order: <c>conversation state origin</c>.</summary>
    public async Task<IReadOnlyList<string>> DeliverableAsync()
    {
        await Rig.Journal.WaitForDurabilityAsync(Rig.Limit);
        return Rig.Rows("SELECT conversation, state, origin FROM event ORDER BY position", row => $"{row.GetString(0)} {row.GetString(1)}{(row.GetInt64(2) == 0 ? "" : " fetched")}");
    }

    /// <summary>Each gap: <c>reason state asks recovered known problem</c>.</summary>
    public async Task<IReadOnlyList<string>> GapsAsync()
    {
        await Rig.Journal.WaitForDurabilityAsync(Rig.Limit);
        return Rig.Rows(
            "SELECT reason, state, asks, recovered, known, problem FROM gap ORDER BY number",
            row => $"{row.GetString(0)} {row.GetString(1)} {row.GetInt64(2)} {row.GetInt64(3)} {row.GetInt64(4)} {(row.IsDBNull(5) ? "" : row.GetString(5))}".TrimEnd());
    }

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
            await StopAsync();
        await Rig.DisposeAsync();
        _readerLogs.ShouldHoldNoSecret();
        _http.Dispose();
        Genesys.Dispose();
    }

    private void Run() => _running = Task.Run(() => _loop!.RunAsync(_stopping.Token, Rig.Limit), CancellationToken.None);

    /// <summary>A pause within an answer is no idleness: it passes.</summary>
    private async Task IdleAsync()
    {
        while (!_loopClock.Waits.TryRead(out _idle) || _idle.Wait == BackfillLoop.Pause)
        {
            if (_idle.Wait == BackfillLoop.Pause)
            {
                Time.Advance(_idle.Due > Time.Unset ? _idle.Due - Time.Unset : TimeSpan.Zero);
                _idle = default;
                continue;
            }

            await Task.WhenAny(_loopClock.Waits.WaitToReadAsync(Rig.Limit).AsTask(), _readerClock.Waits.WaitToReadAsync(Rig.Limit).AsTask(), _running!);
            Rig.Limit.ThrowIfCancellationRequested();
            if (_running!.IsCompleted)
                await _running;
            if (_readerClock.Waits.TryRead(out var wait) && wait.Due > Time.Unset)
                Time.Advance(wait.Due - Time.Unset);
        }
    }
}
