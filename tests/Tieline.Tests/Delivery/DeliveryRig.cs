using System.Net;
using System.Net.Sockets;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

/// <summary>A journal on disk, a dispatcher and the clock they go by. The CRM is the test's own.</summary>
internal sealed class DeliveryRig : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly TielineMetrics _metrics = new();
    private DataDirectory _data = null!;
    private Task _writing = Task.CompletedTask;
    private Task _running = Task.CompletedTask;
    private HttpMessageInvoker? _http;
    private CancellationTokenSource _stopping = new();
    private CancellationTokenSource _aborting = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));
    private long _appended;

    private DeliveryRig(TimeProvider time, Uri url)
    {
        Time = time;
        Options = new DestinationOptions { Url = url };
    }

    /// <summary>Ends a test that would wait for ever.</summary>
    public CancellationToken Limit => _limit.Token;

    public TimeProvider Time { get; }

    public LogGuard Logs { get; } = new();

    public DestinationOptions Options { get; }

    public SqliteJournal Journal { get; private set; } = null!;

    public Dispatcher Dispatcher { get; private set; } = null!;

    /// <summary>In place of the network.</summary>
    public HttpMessageHandler? Handler { get; set; }

    /// <summary>In [0, 1): what delays are drawn with.</summary>
    public double Chance { get; set; } = 0.5;

    /// <summary>Delays short enough to be lived through: for tests that are not about time.</summary>
    public static DeliveryRig Quick(CrmServer crm) => Quick(crm.Url);

    /// <inheritdoc cref="Quick(CrmServer)"/>
    public static DeliveryRig Quick(Uri url)
    {
        var rig = new DeliveryRig(TimeProvider.System, url);
        rig.Options.Retry = new RetryOptions { MinDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(10) };
        rig.OpenJournal();
        return rig;
    }

    /// <summary>Nothing happens before the test moves the clock. An attempt's time-out is 7 s, so that its timer can be told from the probes'.</summary>
    public static DeliveryRig Timed(Uri url)
    {
        var rig = new DeliveryRig(new ManualTime(), url);
        rig.Options.Timeout = TimeSpan.FromSeconds(7);
        rig.OpenJournal();
        return rig;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>One event for each of these conversations, in this order; durable when it returns.</summary>
    public async Task AppendAsync(params IEnumerable<string> conversations)
    {
        foreach (var conversation in conversations)
        {
            var sequence = ++_appended;
            var e = Some.Redacted(sequence, conversation, TimeSpan.FromMilliseconds(sequence));
            await Journal.PostAsync(new JournalWork.Append(e, new Mark(1, sequence, e.Event.OccurredAt), IsHeld: false), Limit);
        }

        await Journal.WaitForDurabilityAsync(Limit);
    }

    /// <summary>In place of the journal, as the dispatcher sees it.</summary>
    public Func<SqliteJournal, IJournal>? Between { get; set; }

    /// <summary>Runs the dispatcher as the service does: another is made after each failure.</summary>
    public void StartSupervised()
    {
        var destination = CreateDestination();
        var journal = Between?.Invoke(Journal) ?? Journal;
        var pauses = new ManualTime();
        var supervisor = new LoopSupervisor(pauses, _metrics, Logs.For<LoopSupervisor>(), _ => { });
        var loop = new PipelineLoop("delivery", () =>
        {
            Dispatcher = new Dispatcher(journal, destination, Options, Time, () => Chance, _metrics, Logs.For<Dispatcher>());
            return Dispatcher.RunAsync;
        });
        var (stopping, aborting) = (_stopping.Token, _aborting.Token);
        _running = Task.Run(() => supervisor.RunAsync(loop, stopping, aborting), CancellationToken.None);
        _ = PassPausesAsync();

        async Task PassPausesAsync()
        {
            await foreach (var pause in pauses.Waits.ReadAllAsync(CancellationToken.None))
                pauses.Advance(pause);
        }
    }

    public void Start()
    {
        var destination = CreateDestination();
        Dispatcher = new Dispatcher(Journal, destination, Options, Time, () => Chance, _metrics, Logs.For<Dispatcher>());
        (_stopping, _aborting) = (new CancellationTokenSource(), new CancellationTokenSource());
        var (stopping, aborting) = (_stopping.Token, _aborting.Token);
        _running = Task.Run(() => Dispatcher.RunAsync(stopping, aborting), CancellationToken.None);
    }

    /// <summary>While nothing runs, somebody or something changes the file.</summary>
    public async Task ChangeAsync(params IEnumerable<string> sql)
    {
        await CloseJournalAsync();
        using (var connection = Database.OpenForWriting(_directory.FileNamed(Path.Combine("data", JournalSchema.FileName)), JournalSchema.Migrations))
        {
            foreach (var statement in sql)
                Database.Execute(connection, statement);
        }

        OpenJournal();
    }

    private Destination CreateDestination()
    {
        _http = Handler is null ? new HttpMessageInvoker(Destination.CreateHandler(Options)) : new HttpMessageInvoker(Handler, disposeHandler: false);
        return new Destination(Options, _http, new WebhookRequestFactory(Options, "test"), Time, _metrics);
    }

    public void Stop() => _stopping.Cancel();

    /// <summary>Ends when the dispatcher has.</summary>
    public Task StoppedAsync() => _running.WaitAsync(Limit);

    public async Task AbortAsync()
    {
        await _aborting.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => _running);
    }

    /// <summary>As a process that ends at once: what is in flight is let go of, and the journal opened again from the disk.</summary>
    public async Task RestartAsync()
    {
        await AbortAsync();
        _http!.Dispose();
        await CloseJournalAsync();
        OpenJournal();
        Start();
    }

    /// <summary>Completes once so many events have been accepted and settled since the journal was made.</summary>
    public async Task SettledAsync(int events)
    {
        // Not by facts: one that waits behind a dead letter is none.
        await CountsAsync("SELECT count(*) FROM delivery", events);
    }

    /// <summary>Completes once the journal on disk counts so many or more.</summary>
    public async Task CountsAsync(string sql, long count)
    {
        while (Count(sql) < count)
            await Journal.WaitForDurabilityAsync(Limit);
    }

    public long Count(string sql)
    {
        using var connection = Database.OpenForReading(_data.FileNamed(JournalSchema.FileName), JournalSchema.Migrations.Count);
        return Database.Scalar(connection, sql);
    }

    /// <summary>Waits until something waits exactly so long for the manual clock.</summary>
    public async Task WaitsAsync(double seconds)
    {
        var waits = ((ManualTime)Time).Waits;
        while (await waits.ReadAsync(Limit) != TimeSpan.FromSeconds(seconds))
            continue;
    }

    /// <summary>How long the newest timer waits, an attempt's time-out apart.</summary>
    public async Task<double> NextWaitAsync()
    {
        var waits = ((ManualTime)Time).Waits;
        var wait = Options.Timeout;
        while (wait == Options.Timeout || waits.Count > 0)
        {
            var next = await waits.ReadAsync(Limit);
            wait = next == Options.Timeout ? wait : next;
        }

        return wait.TotalSeconds;
    }

    public void Advance(double seconds)
    {
        var time = (ManualTime)Time;
        while (time.Waits.TryRead(out _))
            continue;
        time.Advance(TimeSpan.FromSeconds(seconds));
    }

    /// <inheritdoc cref="ManualTime.StepClock"/>
    public void StepClock(double seconds) => ((ManualTime)Time).StepClock(TimeSpan.FromSeconds(seconds));

    public async ValueTask DisposeAsync()
    {
        await _aborting.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        _http?.Dispose();
        await CloseJournalAsync();
        _directory.Dispose();
        _metrics.Dispose();
        _stopping.Dispose();
        _aborting.Dispose();
        _limit.Dispose();
        Logs.Dispose();
    }

    private void OpenJournal()
    {
        _data = DataDirectory.Open(_directory.FileNamed("data"));
        Journal = SqliteJournal.Open(_data, [Options.Name], Time, _metrics, Logs.For<SqliteJournal>());
        var journal = Journal;
        _writing = Task.Run(() => journal.WriteAsync(Limit), CancellationToken.None);
    }

    private async Task CloseJournalAsync()
    {
        Journal.Complete();
        await _writing;
        Journal.Dispose();
        _data.Dispose();
    }
}
