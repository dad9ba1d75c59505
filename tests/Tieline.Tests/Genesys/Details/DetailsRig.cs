using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.TestKit;

namespace Tieline.Tests.Genesys.Details;

/// <summary>A client and a reader of past conversations against a <see cref="FakeDetails"/>, on a clock that only the test moves; jitter is always half a second.</summary>
internal sealed class DetailsRig : IDisposable
{
    public const string Root = "/api/v2/analytics/conversations/details";

    private readonly HttpMessageInvoker _http;

    public DetailsRig()
    {
        Counts.Watch(Metrics);
        Clock = new SourceClock(Time);
        _http = new HttpMessageInvoker(GenesysHttp.Timed(Clock, Genesys));
        Budget = new RestBudget(Time, 3000);
        var options = new GenesysOptions { ClientId = "id", ClientSecret = new Secret("s3cret") };
        var tokens = new TokenProvider(options, new Uri("https://api.example/oauth/token"), _http, Budget, Time, Metrics, Logs.For<TokenProvider>());
        Client = new DetailsClient(new Uri("https://api.example" + Root), tokens, _http, Budget, Time, Metrics);
        Reader = new DetailsReader(Client, Budget, Time, () => 0.5, Logs.For<DetailsReader>());
    }

    public ManualTime Time { get; } = new();

    public SourceClock Clock { get; }

    public FakeDetails Genesys { get; } = new();

    public TielineMetrics Metrics { get; } = new();

    public MetricCounts Counts { get; } = new();

    public RecordingLogs Logs { get; } = new();

    public RestBudget Budget { get; }

    public DetailsClient Client { get; }

    public DetailsReader Reader { get; }

    /// <summary>Cancels reading.</summary>
    public CancellationTokenSource Leaving { get; } = new();

    /// <summary>What the reader's pages held, and where each said that the next begins.</summary>
    public List<(IReadOnlyList<string> Conversations, DetailsCursor Next)> Taken { get; } = [];

    /// <summary>How long the reader waited between calls, pacing apart.</summary>
    public List<double> Waits { get; } = [];

    /// <summary>Yesterday's eight o'clock to nine, so that it does not reach now.</summary>
    public static DetailsSpan Span(TimeSpan? length = null, DateTimeOffset? from = null)
    {
        var start = from ?? Some.Time.AddDays(-1);
        return new DetailsSpan(start, start + (length ?? TimeSpan.FromHours(1)), ["voice"]);
    }

    public Task<DetailsAnswer> ReadAsync(DetailsSpan? span = null, DetailsCursor? resumeAt = null) =>
        PassAsync(Begin(span, resumeAt));

    public Task<DetailsAnswer> Begin(DetailsSpan? span = null, DetailsCursor? resumeAt = null) =>
        Task.Run(() => Reader.ReadAsync(span ?? Span(), resumeAt, TakeAsync, Leaving.Token));

    /// <summary>Lets every wait pass until the task has ended; the calls' own time-outs do not count as waits.</summary>
    public async Task<T> PassAsync<T>(Task<T> task)
    {
        while (true)
        {
            // Not read yet: a read that is left behind would take the next task's first wait.
            await Task.WhenAny(task, Time.Waits.WaitToReadAsync().AsTask()).WaitAsync(Patience.Bound, TestContext.Current.CancellationToken);
            if (task.IsCompleted)
                return await task;
            if (!Time.Waits.TryRead(out var wait) || wait == DetailsClient.Timeout || wait == DetailsClient.DeleteTimeout || wait == TokenProvider.Timeout)
                continue;
            if (wait > TimeSpan.FromSeconds(0.1))
                Waits.Add(wait.TotalSeconds);
            Time.Advance(wait);
        }
    }

    public void Dispose()
    {
        Logs.ShouldHoldNoSecret();
        Leaving.Dispose();
        _http.Dispose();
        Genesys.Dispose();
        Counts.Dispose();
        Metrics.Dispose();
    }

    private ValueTask TakeAsync(DetailsPage page, DetailsCursor next, CancellationToken cancellation)
    {
        Taken.Add(([.. page.Conversations.Select(conversation => conversation.GetProperty("conversationId").GetString()!)], next));
        return ValueTask.CompletedTask;
    }
}
