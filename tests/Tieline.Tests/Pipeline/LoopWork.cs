using System.Text;
using Microsoft.Data.Sqlite;
using Tieline.Audit;
using Tieline.Diagnostics;
using Tieline.Filtering;
using Tieline.Forwarding;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.TestKit;
using Tieline.Tests.Genesys;
using static Tieline.Tests.Pipeline.EventIntakeTests;

namespace Tieline.Tests.Pipeline;

/// <summary>A loop, and how to tell that it has done what was there for it to do.</summary>
internal sealed partial record LoopWork(PipelineLoop Loop, Func<Task<bool>> IsDoneAsync) : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];

    /// <summary>So far the clock goes on at a time where there are sockets.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    /// <summary>It speaks over real sockets: the clock must not outrun them, and goes on by <see cref="Step"/> whoever waits. Else it goes on as far as somebody waits, and only then.</summary>
    public bool IsAtTheWire { get; init; }

    /// <summary>What awaits of a loop are for; each fails at least once.</summary>
    public static IReadOnlyList<string> KindsOf(string name) => name switch
    {
        "stream" => ["wait", "frame"],
        "stream: notifications" => ["wait", "frame", "gap"],
        "conversations" => ["wait", "read"],
        "sweep" => ["wait", "read", "call"],
        "backfill" => ["wait", "read", "call"],
        "damage" => ["read"],
        "reconcile" => ["wait", "write", "call"],
        "hold" => ["wait"],
        "retention" => ["wait", "read", "write"],
        "checkpoint" => ["wait", "read"],
        "clock" => ["wait"],
        "audit" => ["wait", "read", "write", "file"],
        "audit-forward" => ["wait", "call"],
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "is no loop of this test"),
    };

    public static async Task<LoopWork> PrepareAsync(SweepRig world, string name, TimeProvider clock, LoopFaults faults)
    {
        var work = name switch
        {
            "stream" => await StreamAsync(world, clock, faults),
            "stream: notifications" => await NotificationsAsync(world, clock, faults),
            "conversations" => await ConversationsAsync(world, clock),
            "sweep" => await SweepAsync(world, clock),
            "backfill" => await BackfillAsync(world, clock),
            "damage" => await DamageAsync(world, clock),
            "reconcile" => await ReconcileAsync(world, clock),
            "hold" => await HoldAsync(world, clock),
            "retention" => await RetentionAsync(world, clock),
            "checkpoint" => await CheckpointAsync(world, clock),
            "clock" => Clock(world, clock, faults),
            "audit" => await AuditAsync(world, clock, faults),
            "audit-forward" => await ForwardAsync(world, clock, faults),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "is no loop of this test"),
        };
        var answer = world.Genesys.Answer;
        world.Genesys.Answer = asked =>
        {
            faults.Touch("call");
            return answer(asked);
        };
        faults.Watch(world.Rig.Journal);
        return work;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts)
            await part.DisposeAsync();
    }

    private static async Task<LoopWork> StreamAsync(SweepRig world, TimeProvider clock, LoopFaults faults)
    {
        var genesys = await FakeGenesys.StartAsync();
        var options = new GenesysOptions { ApiUrl = genesys.Url, ClientId = "id", ClientSecret = new Secret("s3cret") };
        var rest = new RestHealth(clock);
        var http = GenesysHttp.Create(rest: rest);
        var endpoints = GenesysEndpoints.Of(options);
        var (timing, metrics) = (new StreamTiming(), world.Rig.Metrics);
        var budget = new RestBudget(clock, 3_000);
        var tokens = new TokenProvider(options, endpoints.Token, http, budget, clock, metrics, world.Rig.Logs.For<TokenProvider>());
        var waits = new ReconnectWait(rest, new RestProbe(endpoints.Api, tokens, http, budget, rest, clock), clock, () => 0.5);
        var connector = new StreamConnector(tokens, http, endpoints.Stream, options.Subscription, timing, clock);
        var status = new SourceStatus(clock, world.Rig.Specification, SilenceLimits.Stream);
        var stream = new AnalyticsStream(options, connector, status, metrics, world.Rig.Specification, timing, waits, clock, () => 0.5, world.Rig.Logs.For<AnalyticsStream>());
        // Each socket tells two events and breaks: so there is a wait between two.
        _ = ServeAsync(); // ends with the sockets
        var work = new LoopWork(
            new PipelineLoop("stream", (stop, abort) => stream.RunAsync(new FaultySink(world.Rig.Intake, faults), stop, abort)),
            async () => (await world.Rig.DeliverableAsync()).Count >= 4)
        { IsAtTheWire = true };
        work._parts.Add(genesys);
        work._parts.Add(new Closed(http));
        return work;

        async Task ServeAsync()
        {
            for (var first = 1; ; first += 2)
            {
                var socket = await genesys.NextSocketAsync();
                await socket.SendAsync(Kept(first));
                await socket.SendAsync(Kept(first + 1));
                await socket.CloseAsync(1001);
            }
        }
    }

    private static async Task<LoopWork> ConversationsAsync(SweepRig world, TimeProvider clock)
    {
        await world.TakeAsync(SweepRig.Call("c1", began: 1));
        await world.TakeAsync(SweepRig.Call("c1", began: 1, ended: 9));
        return new LoopWork(new PipelineLoop("conversations", new ConversationLoop(world.Snapshots, clock).RunAsync), () => Is(world.Ended is ["c1"] && world.Followed.Count == 0));
    }

    private static async Task<LoopWork> SweepAsync(SweepRig world, TimeProvider clock)
    {
        await world.FollowAsync("c1", "c2");
        world.Answers["c1"] = () => SweepRig.HasEnded("c1");
        world.Answers["c2"] = () => SweepRig.HasEnded("c2");
        world.PassSilence();
        return new LoopWork(new PipelineLoop("sweep", world.Loop(clock).RunAsync), () => Is(world.Ended is ["c1", "c2"]));
    }

    private static async Task<LoopWork> BackfillAsync(SweepRig world, TimeProvider clock)
    {
        await world.Rig.OfferAsync(Kept(1));
        await world.Rig.Intake.MissedAsync(GapReason.Manual, Some.Time, Some.Time.AddMinutes(1), world.Rig.Limit);
        world.Genesys.Answer = _ => BackfillRig.Page(BackfillRig.Record("m1", "customer voice | interact 1-\nacd voice q1 | interact 1-"));
        await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
        var loop = new BackfillLoop(world.Rig.Intake, world.Rig.Journal, world.Reader(clock), new GapOptions(), ["voice"], world.Rig.Clock, clock, world.Rig.Metrics, world.Rig.Logs.For<BackfillLoop>());
        return new LoopWork(
            new PipelineLoop("backfill", loop.RunAsync),
            () => Is(world.Rig.Rows("SELECT state FROM gap", row => row.GetString(0)) is ["filled"] && world.Rig.Rows("SELECT count(*) FROM event WHERE conversation = 'm1'", row => row.GetInt64(0)).Single() > 0));
    }

    private static async Task<LoopWork> DamageAsync(SweepRig world, TimeProvider clock)
    {
        await world.Rig.OfferAsync(Kept(1), Kept(2), Kept(3));
        await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
        await world.RestartAsync(() => Execute(world, "UPDATE event SET type = 'routing.queuf' WHERE position = 2"));
        world.Rig.Logs.Expect(6010);
        world.Rig.Journal.ReadEntries(world.Rig.Journal.NumberOf(IntakeRig.Destination), JournalPosition.Start, 10).Count(entry => entry.Damage is not null).ShouldBe(1);
        return new LoopWork(
            new PipelineLoop("damage", new DamageLoop(world.Rig.Intake, world.Rig.Journal, clock, world.Rig.Logs.For<DamageLoop>()).RunAsync),
            async () => (await world.Rig.GapsAsync()) is ["damaged open"]);
    }

    private static async Task<LoopWork> ReconcileAsync(SweepRig world, TimeProvider clock)
    {
        await world.Rig.OfferAsync(Kept(1));
        await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
        world.Rig.Logs.Expect(6221);
        world.Rig.Logs.Expect(6223);
        world.Genesys.Answer = _ => BackfillRig.Page();
        var reconciler = new Reconciler(
            world.Reader(clock), new EventFilter(new FilterOptions()), Some.Redactor(), ["voice"], new GapOptions(), world.Rig.Clock, clock, world.Rig.Metrics, world.Rig.Logs.For<Reconciler>());
        var loop = new ReconcileLoop(
            reconciler, world.Rig.Journal, world.Rig.DatabasePath, [IntakeRig.Destination], new JournalRepair(world.Rig.Intake, world.Rig.Journal), new ReconcileOptions { Nightly = "10:00" }, clock,
            world.Rig.Metrics, world.Rig.Logs.For<ReconcileLoop>());
        // Of the day before the first night: a night that failed is not left out.
        return new LoopWork(
            new PipelineLoop("reconcile", loop.RunAsync),
            () => Is(world.Rig.Rows("SELECT count(*) FROM fact WHERE detail LIKE '%\"from\":\"2026-03-01T%'", row => row.GetInt64(0)).Single() > 0));
    }

    private static async Task<LoopWork> HoldAsync(SweepRig world, TimeProvider clock)
    {
        await world.Rig.OfferAsync(Kept(1), Kept(4));
        return new LoopWork(new PipelineLoop("hold", new HoldLoop(world.Rig.Intake, clock).RunAsync), async () => await world.Rig.DeliverableAsync() is [1, 4]);
    }

    private static async Task<LoopWork> RetentionAsync(SweepRig world, TimeProvider clock)
    {
        await world.Rig.OfferAsync(Kept(1));
        await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
        await world.Rig.Journal.PostAsync(
            new JournalWork.Settle(new Settlement(world.Rig.Journal.NumberOf(IntakeRig.Destination), new JournalPosition(1), 200, 1, null, new JournalPosition(1))), world.Rig.Limit);
        await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
        await world.Rig.Journal.SaveHeadAsync(new AuditHead(2, new string('0', 64)), world.Rig.Limit);
        world.Time.Advance(TimeSpan.FromDays(30));
        var retention = new RetentionLoop(world.Rig.Journal, new RetentionOptions(), clock, world.Rig.Logs.For<RetentionLoop>());
        return new LoopWork(
            new PipelineLoop("retention", (stop, _) => retention.RunAsync(stop)), () => Is(world.Rig.Rows("SELECT count(*) FROM event", row => row.GetInt64(0)).Single() == 0));
    }

    private static async Task<LoopWork> CheckpointAsync(SweepRig world, TimeProvider clock)
    {
        for (var sequence = 1; sequence <= 200; sequence++)
            await world.Rig.OfferAsync(Kept(sequence));
        await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
        var before = new FileInfo(world.Rig.DatabasePath).Length;
        var checkpoint = new CheckpointLoop(world.Rig.Journal, clock, world.Rig.Logs.For<CheckpointLoop>());
        return new LoopWork(new PipelineLoop("checkpoint", (stop, _) => checkpoint.RunAsync(stop)), () => Is(new FileInfo(world.Rig.DatabasePath).Length > before));
    }

    private static LoopWork Clock(SweepRig world, TimeProvider clock, LoopFaults faults)
    {
        var watch = new ClockWatch(clock, world.Rig.Metrics, world.Rig.Logs.For<ClockWatch>());
        var isSet = false;
        return new LoopWork(new PipelineLoop("clock", (stop, _) => watch.RunAsync(stop)), () =>
        {
            if (!isSet && faults.Touches > 2)
            {
                isSet = true;
                world.Time.StepClock(TimeSpan.FromHours(-2));
            }

            return Is(watch.Note is not null);
        });
    }

    private static async Task<LoopWork> AuditAsync(SweepRig world, TimeProvider clock, LoopFaults faults)
    {
        await world.Rig.OfferAsync(Kept(1), Kept(2));
        await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
        foreach (var told in (int[])[4010, 4012, 4013])
            world.Rig.Logs.Expect(told);
        var audit = new AuditProjection(
            Path.GetDirectoryName(world.Rig.DatabasePath)!, world.Rig.Journal, new AuditOptions(), world.Rig.Metrics, clock, world.Rig.Logs.For<AuditProjection>(),
            (path, mode) =>
            {
                faults.Touch("file");
                return AuditDisk.Open(path, mode);
            });
        var rounds = 0;
        return new LoopWork(new PipelineLoop("audit", audit.RunAsync) { IsSide = true }, async () =>
        {
            if (audit.Problem is not null || world.Rig.Rows("SELECT fact FROM audit_head", row => row.GetInt64(0)) is not [var head] || head != world.Rig.Journal.NewestFact)
                return false;
            if (++rounds == 3)
                return true;
            await MoreFactsAsync(world);
            return false;
        });
    }

    private static async Task<LoopWork> ForwardAsync(SweepRig world, TimeProvider clock, LoopFaults faults)
    {
        await world.Rig.OfferAsync(Kept(1), Kept(2));
        await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
        var (data, mark, siem) = (Path.GetDirectoryName(world.Rig.DatabasePath)!, new AuditMark(), new FaultySiem(faults));
        var forwarder = new AuditForwarder(data, mark, siem, new ForwardOptions(), world.Rig.Metrics, clock, () => 0.5, world.Rig.Logs.For<AuditForwarder>());
        var rounds = 0;
        var lines = await WriteAsync();
        return new LoopWork(new PipelineLoop("audit-forward", forwarder.RunAsync) { IsSide = true }, async () =>
        {
            siem.Lines.Count.ShouldBeLessThanOrEqualTo(lines, "each once");
            if (siem.Lines.Count < lines || forwarder.Status.Waiting > 0)
                return false;
            if (++rounds == 3)
                return true;
            await MoreFactsAsync(world);
            lines = await WriteAsync();
            return false;
        });

        // One start and stop of the log's writer.
        async Task<int> WriteAsync()
        {
            using var ended = new CancellationTokenSource();
            await ended.CancelAsync();
            await new AuditProjection(data, world.Rig.Journal, new AuditOptions(), world.Rig.Metrics, world.Time, world.Rig.Logs.For<AuditProjection>(), mark: mark).RunAsync(ended.Token, world.Rig.Limit);
            return Directory.GetFiles(Path.Combine(data, "audit"), "*.jsonl").Sum(file => File.ReadAllLines(file).Length);
        }
    }

    private static async Task MoreFactsAsync(SweepRig world)
    {
        await world.Rig.Journal.PostAsync(new JournalWork.Note("requested", null), world.Rig.Limit);
        await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
    }

    private static Task<bool> Is(bool so) => Task.FromResult(so);

    private static void Execute(SweepRig world, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={world.Rig.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // text of the tests' own
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private sealed class FaultySink(EventIntake intake, LoopFaults faults) : IFrameSink
    {
        public long? LastSequence => intake.LastSequence;

        public void OnConnected(bool continuous) => intake.OnConnected(continuous);

        public void OnDisconnected() => intake.OnDisconnected();

        public void OnRefused(Tieline.Events.FrameFault fault) => intake.OnRefused(fault);

        public ValueTask OnFrameAsync(ReadOnlyMemory<byte> utf8, CancellationToken aborting)
        {
            faults.Touch("frame");
            return intake.OnFrameAsync(utf8, aborting);
        }
    }

    private sealed class FaultySiem(LoopFaults faults) : IForwardSink
    {
        public List<string> Lines { get; } = [];

        public int Calls { get; private set; }

        public async Task SendAsync(IReadOnlyList<ForwardRecord> records, CancellationToken cancellation)
        {
            Calls++;
            faults.Touch("call");
            await Task.Yield();
            Lines.AddRange(records.Select(record => Encoding.UTF8.GetString(record.Line)));
        }

        public Task ProbeAsync(CancellationToken cancellation) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }

    private sealed class Closed(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
