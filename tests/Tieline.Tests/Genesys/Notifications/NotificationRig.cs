using Tieline.Diagnostics;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

/// <summary>A notification source against <see cref="FakeChannels"/>, on a fake clock; chance is always one half.</summary>
internal sealed class NotificationRig : IAsyncDisposable
{
    /// <summary>After an unannounced drop.</summary>
    public static readonly TimeSpan Jitter = TimeSpan.FromSeconds(0.5);

    public const string Queue = "8f0c0000-0000-4000-8000-0000000000c1";

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private readonly NotificationParts _parts;

    private NotificationRig(WaitingClock clock, FakeChannels genesys, Action<NotificationOptions>? configure, StreamTiming? timing)
    {
        (Clock, Genesys) = (clock, genesys);
        Specification = new SpecificationMetrics(Clock);
        _parts = new NotificationParts(genesys.Url, Clock, Metrics, Specification, Logs.For<TokenProvider>(), Logs.For<NotificationSource>(), configure, timing);
        Running = Source.RunAsync(Sink, _stopping.Token, _aborting.Token);
    }

    public FakeChannels Genesys { get; }

    public WaitingClock Clock { get; }

    public NotedNotifications Sink { get; } = new();

    public TielineMetrics Metrics { get; } = new();

    public SourceStatus Status => _parts.Status;

    public SpecificationMetrics Specification { get; }

    public RecordingLogs Logs { get; } = new();

    public NotificationSource Source => _parts.Source;

    public Task Running { get; private set; }

    /// <summary>As the supervisor does after a failure.</summary>
    public void BeginAnew() => Running = Source.RunAsync(Sink, _stopping.Token, _aborting.Token);

    public static async Task<NotificationRig> StartAsync(Action<FakeChannels>? genesys = null, Action<NotificationOptions>? options = null, StreamTiming? timing = null)
    {
        var clock = new WaitingClock();
        var fake = await FakeChannels.StartAsync(clock);
        genesys?.Invoke(fake);
        return new NotificationRig(clock, fake, options, timing);
    }

    /// <summary>A socket that is open and has delivered a notification: number 0.</summary>
    public async Task<FakeChannelSocket> ConnectAsync()
    {
        var socket = await Genesys.NextSocketAsync();
        await HearAsync(socket, 0);
        return socket;
    }

    /// <summary>A notification comes and has been heard: before the clock goes far again, since a socket that is silent for minutes is pinged, and given up where the clock is faster than the answer.</summary>
    public async Task HearAsync(FakeChannelSocket socket, int number)
    {
        await socket.NotifyAsync(number);
        await Sink.ShouldGetAsync($"{number}");
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Running.WaitAsync(Patience.Bound);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _aborting.CancelAsync();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Genesys.DisposeAsync();
        _stopping.Dispose();
        _aborting.Dispose();
        await _parts.DisposeAsync();
        Metrics.Dispose();
        Logs.ShouldHoldNoSecret();
    }
}
