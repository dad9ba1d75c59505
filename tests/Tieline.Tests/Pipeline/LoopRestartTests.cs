using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using static Tieline.Tests.Pipeline.EventIntakeTests;

namespace Tieline.Tests.Pipeline;

/// <summary>Each loop under the real supervisor, with a fault at each of its waits and at its read of the journal, each once: after the restart it does its work. Notifications: <c>NotificationSourceTests</c>.</summary>
public sealed class LoopRestartTests
{
    private const int LoopEnded = 6001;
    private const int Waits = 4;

    private static readonly TimeSpan _least = TimeSpan.FromMilliseconds(1);

    public static TheoryData<string> Loops => ["conversations", "sweep", "hold"];

    public static TheoryData<string, string> Readers => new() { { "sweep", "conversation" }, { "retention", "event" } };

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_loop_that_fails_at_any_of_its_waits_does_its_work_after_the_restart(string name)
    {
        var faults = 0;
        for (var wait = 1; wait <= Waits; wait++)
        {
            await using var world = new SweepRig();
            var waits = Channel.CreateUnbounded<TimeSpan>();
            var clock = new FaultyClock(world.Time, wait, waits.Writer);
            await RunAsync(world, await PrepareAsync(world, name, clock), waits, _ => { });
            faults += clock.HasFailed ? 1 : 0;
        }

        faults.ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task A_loop_whose_read_of_the_journal_fails_does_its_work_after_the_restart(string name, string table)
    {
        await using var world = new SweepRig();
        var waits = Channel.CreateUnbounded<TimeSpan>();
        var work = (await PrepareAsync(world, name, new FaultyClock(world.Time, 0, waits.Writer))) with { Breaks = true };
        Execute(world, $"ALTER TABLE {table} RENAME TO away");
        await RunAsync(world, work, waits, ended =>
        {
            if (ended)
                Execute(world, $"ALTER TABLE away RENAME TO {table}");
        });
        world.Rig.Logs.Has(LoopEnded).ShouldBeTrue();
    }

    /// <param name="changed">Called once, with true, when the loop has ended unexpectedly.</param>
    private static async Task RunAsync(SweepRig world, Work work, Channel<TimeSpan> waits, Action<bool> changed)
    {
        world.Rig.Logs.Expect(LoopEnded);
        string? given = null;
        using var stopping = new CancellationTokenSource();
        var supervisor = new LoopSupervisor(new FaultyClock(world.Time, 0, waits.Writer), world.Rig.Metrics, world.Rig.Logs.For<LoopSupervisor>(), sentence => given = sentence);
        var running = Task.Run(() => supervisor.RunAsync(work.Loop, stopping.Token, world.Rig.Limit), CancellationToken.None);
        var told = false;
        do
        {
            var wait = await waits.Reader.ReadAsync(world.Rig.Limit);
            if (!told && world.Rig.Logs.Has(LoopEnded))
                changed(told = true);
            world.Time.Advance(wait > _least ? wait : _least);
        }
        while (!(told || !work.Breaks) || !await work.IsDoneAsync());

        await stopping.CancelAsync();
        await running;
        given.ShouldBeNull();
        supervisor.Problem.ShouldBeNull();
    }

    private static async Task<Work> PrepareAsync(SweepRig world, string name, FaultyClock clock)
    {
        switch (name)
        {
            case "conversations":
                await world.TakeAsync(SweepRig.Call("c1", began: 1));
                await world.TakeAsync(SweepRig.Call("c1", began: 1, ended: 9));
                return new Work(new PipelineLoop(name, new ConversationLoop(world.Snapshots, clock).RunAsync), () => Is(world.Ended is ["c1"] && world.Followed.Count == 0));
            case "sweep":
                await world.FollowAsync("c1");
                world.Answers["c1"] = () => SweepRig.HasEnded("c1");
                world.PassSilence();
                return new Work(new PipelineLoop(name, world.Loop(clock).RunAsync), () => Is(world.Ended is ["c1"]));
            case "hold":
                await world.Rig.OfferAsync(Kept(1), Kept(4));
                return new Work(new PipelineLoop(name, new HoldLoop(world.Rig.Intake, clock).RunAsync), async () => await world.Rig.DeliverableAsync() is [1, 4]);
            case "backfill":
                await world.Rig.OfferAsync(Kept(1), Kept(4));
                await world.Rig.ExpireAsync(2);
                world.Genesys.Answer = _ => BackfillRig.Page(BackfillRig.Record("missed", "acd voice q1 | interact 1-"));
                await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
                var backfill = new BackfillLoop(world.Rig.Intake, world.Rig.Journal, world.Reader(), new GapOptions(), ["voice"], world.Rig.Clock, clock, world.Rig.Metrics, world.Rig.Logs.For<BackfillLoop>());
                return new Work(new PipelineLoop(name, backfill.RunAsync), () => Is(world.Rig.Rows("SELECT state FROM gap", row => row.GetString(0)) is ["filled"]));
            case "retention":
                await world.Rig.OfferAsync(Kept(1));
                await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
                await world.Rig.Journal.PostAsync(
                    new JournalWork.Settle(new Settlement(world.Rig.Journal.NumberOf(IntakeRig.Destination), new JournalPosition(1), 200, 1, null, new JournalPosition(1))), world.Rig.Limit);
                await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
                await world.Rig.Journal.SaveHeadAsync(new AuditHead(2, new string('0', 64)), world.Rig.Limit);
                world.Time.Advance(TimeSpan.FromDays(30));
                var retention = new RetentionLoop(world.Rig.Journal, new RetentionOptions(), clock, world.Rig.Logs.For<RetentionLoop>());
                return new Work(new PipelineLoop(name, (stop, _) => retention.RunAsync(stop)), () => Is(world.Rig.Rows("SELECT count(*) FROM event", row => row.GetInt64(0)).Single() == 0));
            case "checkpoint":
                await world.Rig.OfferAsync(Kept(1));
                await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
                var checkpoint = new CheckpointLoop(world.Rig.Journal, clock, world.Rig.Logs.For<CheckpointLoop>());
                var looks = 0;
                return new Work(new PipelineLoop(name, (stop, _) => checkpoint.RunAsync(stop)), () => Is(++looks > 3));
            case "clock":
                world.Time.StepClock(TimeSpan.Zero);
                var watch = new ClockWatch(clock, world.Rig.Metrics, world.Rig.Logs.For<ClockWatch>());
                var steps = 0;
                return new Work(new PipelineLoop(name, (stop, _) => watch.RunAsync(stop)), () =>
                {
                    if (++steps == 6)
                        world.Time.StepClock(TimeSpan.FromHours(-2));
                    return Is(watch.Note is not null);
                });
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "is no loop of this test");
        }
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

    private sealed record Work(PipelineLoop Loop, Func<Task<bool>> IsDoneAsync)
    {
        /// <summary>The loop is to fail before it does its work.</summary>
        public bool Breaks { get; init; }
    }
}
