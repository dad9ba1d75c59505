using System.Globalization;
using System.Net;
using System.Text;
using Tieline.Genesys;
using Tieline.Pipeline;
using Tieline.TestKit;
using Tieline.Tests.Genesys;
using Tieline.Tests.Genesys.Details;

namespace Tieline.Tests.Pipeline;

/// <summary>The Notifications side of the pipeline without its sockets: snapshots come in, the sweep asks a <see cref="FakeDetails"/>, the journal is real.</summary>
internal sealed class SweepRig : IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _http;
    private readonly NotedClock _clock;
    private CancellationTokenSource _stopping = new();
    private DetailsClient _client = null!;
    private RestBudget _budget = null!;
    private Task? _running;

    public SweepRig()
    {
        _http = new HttpMessageInvoker(Genesys);
        _clock = new NotedClock(Time, () => 0);
        Genesys.Answer = asked => Answers.TryGetValue(Conversation(asked), out var answer) ? answer() : FakeDetails.Status(HttpStatusCode.NotFound);
        Counts.Watch(Rig.Metrics);
        Rig.StartWriting();
        Open();
    }

    public IntakeRig Rig { get; } = new();

    public ManualTime Time => Rig.Time;

    public FakeDetails Genesys { get; } = new();

    public MetricCounts Counts { get; } = new();

    public SnapshotIntake Snapshots { get; private set; } = null!;

    /// <summary>What is answered about a conversation; 404 where nothing is said.</summary>
    public Dictionary<string, Func<HttpResponseMessage>> Answers { get; } = [];

    /// <summary>Conversations that were asked about, in order.</summary>
    public IReadOnlyList<string> Asked => [.. Genesys.Asked.Select(Conversation)];

    public IReadOnlyList<string> Ended => Rig.Rows("SELECT conversation FROM event WHERE state IN ('completed', 'abandoned') ORDER BY conversation", row => row.GetString(0));

    public IReadOnlyList<string> Followed => Rig.Rows("SELECT id FROM conversation ORDER BY id", row => row.GetString(0));

    public int Refusals(string conversation) => Rig.Rows($"SELECT refusals FROM conversation WHERE id = '{conversation}'", row => row.GetInt32(0)).Single();

    public static HttpResponseMessage Goes(string conversation) => FakeDetails.Json(BackfillRig.Record(conversation, "customer voice | interact 1-\nagent voice q1 userId | interact 5-"));

    public static HttpResponseMessage HasEnded(string conversation) =>
        FakeDetails.Json(BackfillRig.Record(conversation, "customer voice | interact 1-90 peer\nacd voice q1 tAnswered | interact 1-5 transfer\nagent voice q1 userId | interact 5-90 client\nends 90"));

    /// <summary>A call of a customer, as its topic tells it.</summary>
    /// <param name="ended">Seconds after 9:00; null: it goes on.</param>
    /// <param name="endedAt">The same as text.</param>
    /// <param name="joined">Somebody else who is there.</param>
    public static byte[] Call(string conversation, double? ended = null, string? endedAt = null, double began = 1, string? joined = null, bool isWrapUpPending = false)
    {
        endedAt ??= ended is { } seconds ? At(seconds) : null;
        var start = At(began);
        var state = endedAt is null ? "\"state\":\"connected\"" : $"\"state\":\"disconnected\",\"disconnectType\":\"client\",\"disconnectedTime\":\"{endedAt}\"";
        var agent = isWrapUpPending ? $",{{\"id\":\"p4\",\"purpose\":\"agent\",\"startAcwTime\":\"{endedAt}\",\"wrapupRequired\":true,\"calls\":[{{\"id\":\"w\",\"connectedTime\":\"{start}\",{state}}}]}}" : "";
        var other = joined is null ? "" : $",{{\"id\":\"{joined}\",\"purpose\":\"agent\",\"calls\":[{{\"id\":\"j\",\"connectedTime\":\"{At((ended ?? began) + 1)}\",\"state\":\"connected\"}}]}}";
        return Encoding.UTF8.GetBytes(
            $"{{\"topicName\":\"v2.routing.queues.q1.conversations\",\"eventBody\":{{\"id\":\"{conversation}\",\"participants\":["
            + $"{{\"id\":\"p1\",\"purpose\":\"customer\",\"calls\":[{{\"id\":\"c\",\"connectedTime\":\"{start}\",{state}}}]}},"
            + $"{{\"id\":\"p2\",\"purpose\":\"acd\",\"queueId\":\"q1\",\"calls\":[{{\"id\":\"a\",\"connectedTime\":\"{start}\",{state}}}]}}{agent}{other}]}}}}");
    }

    public Task TakeAsync(byte[] frame) => Snapshots.OnNotificationAsync(frame, Rig.Limit).AsTask();

    /// <summary>They have begun, and are saved.</summary>
    public async Task FollowAsync(params string[] conversations)
    {
        foreach (var conversation in conversations)
        {
            await TakeAsync(Call(conversation));
            Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        await SaveAsync();
    }

    public async Task SaveAsync()
    {
        await Snapshots.SaveAsync(Rig.Limit);
        await Rig.Journal.WaitForDurabilityAsync(Rig.Limit);
    }

    /// <summary>As long as a call may be silent.</summary>
    public void PassSilence() => Time.Advance(TimeSpan.FromMinutes(15));

    /// <summary>The loop looks once, and is done with what it found.</summary>
    public async Task RoundAsync()
    {
        if (_running is null)
        {
            var loop = Loop();
            _running = Task.Run(() => loop.RunAsync(_stopping.Token, Rig.Limit), CancellationToken.None);
            await WaitAsync();
        }

        Time.Advance(_interval);
        await WaitAsync();
        await SaveAsync();
    }

    public async Task RoundsAsync(int count)
    {
        for (var round = 0; round < count; round++)
            await RoundAsync();
    }

    public DetailsReader Reader(TimeProvider clock) => new(_client, _budget, clock, () => 0.5, Rig.Logs.For<DetailsReader>());

    public SweepLoop Loop(TimeProvider clock) => new(Snapshots, Rig.Intake, Rig.Journal, _client, clock, Rig.Metrics, Rig.Logs.For<SweepLoop>());

    public SweepLoop Loop() => new(Snapshots, Rig.Intake, Rig.Journal, _client, _clock, Rig.Metrics, Rig.Logs.For<SweepLoop>());

    /// <summary>As a process that ends and starts again.</summary>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await StopAsync();
        meanwhile?.Invoke();
        await Rig.RestartAsync();
        Rig.StartWriting();
        Open();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Rig.DisposeAsync();
        _http.Dispose();
        Genesys.Dispose();
        Counts.Dispose();
        _stopping.Dispose();
    }

    private static string At(double seconds) => Some.Time.AddSeconds(seconds).ToString("O", CultureInfo.InvariantCulture);

    private static string Conversation(Asked asked) => asked.Path.Split('/')[^2];

    private void Open()
    {
        var budget = _budget = new RestBudget(Time, 3_000);
        var options = new GenesysOptions { ClientId = "id", ClientSecret = new Secret("s3cret") };
        var tokens = new TokenProvider(options, new Uri("https://api.example/oauth/token"), _http, budget, Time, Rig.Metrics, Rig.Logs.For<TokenProvider>());
        _client = new DetailsClient(new Uri("https://api.example" + DetailsRig.Root), tokens, _http, budget, Time, Rig.Metrics);
        Snapshots = new SnapshotIntake(Rig.Intake, Rig.Journal, ["voice"], Time, Rig.Metrics, Rig.Logs.For<SnapshotIntake>());
    }

    private async Task WaitAsync()
    {
        var wait = _clock.Waits.ReadAsync(Rig.Limit).AsTask();
        if (_running is { } running && await Task.WhenAny(wait, running) == running)
            await running;
        await wait;
    }

    private async Task StopAsync()
    {
        if (_running is null)
            return;
        await _stopping.CancelAsync();
        await _running;
        _running = null;
        _stopping.Dispose();
        _stopping = new CancellationTokenSource();
    }
}
