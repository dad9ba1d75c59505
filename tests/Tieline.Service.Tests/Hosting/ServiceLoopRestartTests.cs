using System.Threading.Channels;
using Serilog.Core;
using Tieline.Diagnostics;
using Tieline.Pipeline;
using Tieline.Service.Alerts;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Reload;
using Tieline.Service.Tests.Support;
using Tieline.Service.Web.History;
using Tieline.TestKit;
using Tieline.Tests.Pipeline;

namespace Tieline.Service.Tests.Hosting;

/// <summary>Each loop of the service under the real supervisor, failed once at each of its awaits; and that no loop of the product is without such a test.</summary>
public sealed class ServiceLoopRestartTests
{
    private const int LoopEnded = 6001;
    private const int LoopFailedAtStop = 6007;
    private const int MostAwaits = 200;

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Loops => [.. LoopRows.Service];

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_loop_that_fails_at_any_of_its_awaits_has_done_its_work_after_the_restart(string name)
    {
        var failed = new List<string>();
        for (var at = 1; at <= MostAwaits; at++)
        {
            var faults = new LoopFaults(at);
            await RunAsync(name, faults);
            if (faults.Failed is not { } what)
                break;
            failed.Add(what);
        }

        failed.ShouldContain("wait");
        failed.ShouldContain("call");
        failed.Count.ShouldBeLessThan(MostAwaits);
    }

    [Fact]
    public async Task Each_loop_of_the_product_is_failed_at_its_awaits_by_a_test()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        names.UnionWith(await NamesAsync("audit-forward", ("TIELINE_Audit__Forward__Url", "tcp://127.0.0.1:9")));
        names.UnionWith(await NamesAsync("sweep", ("TIELINE_Genesys__Source", "Notifications"), ("TIELINE_Genesys__Notifications__Queues__0", "8f0c0000-0000-4000-8000-0000000000c1")));

        names.Order(StringComparer.Ordinal).ShouldBe(LoopRows.Library.Concat(LoopRows.Service).Concat(LoopRows.Elsewhere).Order(StringComparer.Ordinal));
    }

    /// <param name="last">Runs too, before the names are taken.</param>
    private static async Task<IReadOnlyCollection<string>> NamesAsync(string last, params (string Name, string Value)[] variables)
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        foreach (var (name, value) in variables)
            sandbox.Variable(name, value);
        var parts = new RunningParts();
        sandbox.Services = services => services.AddSingleton(parts);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_soon);
        // What is received from begins last, and in no order.
        while (parts.Current?.Supervisor.Names is not { } begun || !begun.Contains("stream") || !begun.Contains("reconcile") || !begun.Contains("configuration") || !begun.Contains("damage") || !begun.Contains("backfill") || !begun.Contains(last) || !begun.Contains("delivery"))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        return parts.Current!.Supervisor.Names;
    }

    private static async Task RunAsync(string name, LoopFaults faults)
    {
        using var world = new World();
        foreach (var told in (int[])[LoopEnded, LoopFailedAtStop, 5036])
            world.Logs.Expect(told);
        var waits = Channel.CreateUnbounded<TimeSpan>();
        var (loop, isDone) = name switch
        {
            "history" => History(world, new FaultyClock(world.Time, faults, waits.Writer), faults),
            "alerts" => Alerts(world, new FaultyClock(world.Time, faults, waits.Writer), faults),
            "configuration" => Configuration(world, new FaultyClock(world.Time, faults, waits.Writer), faults),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "is no loop of this test"),
        };
        string? given = null;
        using var stopping = new CancellationTokenSource();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_soon);
        var supervisor = new LoopSupervisor(new FaultyClock(world.Time, faults, waits.Writer), world.Metrics, world.Logs.For<LoopSupervisor>(), sentence => given = sentence);
        var running = Task.Run(() => supervisor.RunAsync(faults.Watch(loop), stopping.Token, limit.Token), CancellationToken.None);
        while (!isDone())
            world.Time.Advance(await waits.Reader.ReadAsync(limit.Token));
        await stopping.CancelAsync();
        await running;
        given.ShouldBeNull();
        supervisor.Problem.ShouldBeNull();
        supervisor.Note.ShouldBeNull();
    }

    private static (PipelineLoop Loop, Func<bool> IsDone) History(World world, TimeProvider clock, LoopFaults faults)
    {
        world.Metrics.Observe("tieline.genesys.budget.left", "{request}", "", () => Touched(faults, 42));
        var history = new HistoryLoop(world.Tally, new RunningParts(), Path.Combine(world.Sandbox.Path, HistoryFile.FileName), clock, world.Logs.For<HistoryLoop>());
        return (new PipelineLoop("history", (stop, _) => history.RunAsync(stop)) { IsSide = true }, () => history.Read(DateTimeOffset.MinValue).Count >= 3);
    }

    private static (PipelineLoop Loop, Func<bool> IsDone) Alerts(World world, TimeProvider clock, LoopFaults faults)
    {
        world.Metrics.Observe("tieline.dead_letters", "{event}", "", () => Touched(faults, 1));
        var options = world.Sandbox.Options();
        options.DataDirectory = world.Sandbox.Path;
        var alerts = new AlertLoop(options, new RunningParts(), world.Figures, clock, world.Metrics, world.Logs.For<AlertLoop>());
        return (new PipelineLoop("alerts", (stop, _) => alerts.RunAsync(stop)) { IsSide = true }, () => alerts.Current.Any(alert => alert is { Rule: "TielineDeadLetters", State: AlertState.Firing }));
    }

    private static (PipelineLoop Loop, Func<bool> IsDone) Configuration(World world, TimeProvider clock, LoopFaults faults)
    {
        var inForce = new ConfigurationInForce(world.Sandbox.Options());
        var followed = new FollowedConfiguration(
            () =>
            {
                faults.Touch("read");
                return world.Sandbox.Load();
            },
            world.Sandbox.Load(),
            new LoggingLevelSwitch());
        world.Sandbox.Json("""{ "Logging": { "Level": "Warning" } }""");
        var follower = new ConfigurationFollower(
            followed,
            inForce,
            (_, _) =>
            {
                faults.Touch("call");
                return Task.CompletedTask;
            },
            clock,
            world.Metrics,
            world.Logs.For<ConfigurationFollower>());
        var changes = 0;
        return (new PipelineLoop("configuration", follower.RunAsync), () =>
        {
            if (inForce.Refused.Count > 0 || inForce.Options.Logging.Level.ToString() != (changes == 0 ? "Warning" : "Debug"))
                return false;
            world.Sandbox.Json("""{ "Logging": { "Level": "Debug" } }""");
            return ++changes == 2;
        }
        );
    }

    private static double Touched(LoopFaults faults, double value)
    {
        faults.Touch("call");
        return value;
    }

    private sealed class World : IDisposable
    {
        private readonly DeliveryTally _deliveries;

        public World()
        {
            _deliveries = new DeliveryTally(Metrics);
            Tally = new HistoryTally(Metrics, _deliveries);
            Figures = new FigureListener(Metrics);
        }

        public Sandbox Sandbox { get; } = Sandbox.Valid();

        public ManualTime Time { get; } = new();

        public LogGuard Logs { get; } = new();

        public TielineMetrics Metrics { get; } = new();

        public HistoryTally Tally { get; }

        public FigureListener Figures { get; }

        public void Dispose()
        {
            Figures.Dispose();
            Tally.Dispose();
            _deliveries.Dispose();
            Metrics.Dispose();
            Sandbox.Dispose();
            Logs.Dispose();
        }
    }
}
