using Microsoft.Data.Sqlite;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

public sealed class LoopSupervisorTests : IDisposable
{
    private const int LoopEnded = 6001;
    private const int LoopGivenUp = 6002;
    private const int LoopWaitsForDisk = 6003;
    private const int LoopDiskIsBack = 6004;
    private const int LoopCannotGoOn = 6005;
    private const int LoopFailedAtStop = 6007;

    private readonly LogGuard _logs = new();
    private readonly ManualTime _time = new();
    private readonly TielineMetrics _metrics = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private readonly List<string> _given = [];
    private readonly LoopSupervisor _supervisor;

    public LoopSupervisorTests() => _supervisor = new LoopSupervisor(_time, _metrics, _logs.For<LoopSupervisor>(), _given.Add);

    [Fact]
    public async Task A_loop_that_fails_is_said_and_started_again_after_a_second()
    {
        _logs.Expect(LoopEnded);
        var started = 0;
        var again = new TaskCompletionSource();
        var running = RunAsync((stopping, _) =>
        {
            if (++started == 1)
                throw new InvalidOperationException("nobody foresaw this");
            again.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping);
        });
        (await _time.Waits.ReadAsync(TestContext.Current.CancellationToken)).ShouldBe(TimeSpan.FromSeconds(1));
        _supervisor.Problem.ShouldNotBeNull().ShouldContain("source");
        started.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        await again.Task.WaitAsync(TestContext.Current.CancellationToken);
        _supervisor.Problem.ShouldBeNull();
        await _stopping.CancelAsync();
        await running;
        _logs.Has(LoopEnded).ShouldBeTrue();
        _given.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_loop_that_returns_before_its_time_is_started_again_too()
    {
        _logs.Expect(LoopEnded);
        var running = RunAsync((_, _) => Task.CompletedTask);
        await _time.Waits.ReadAsync(TestContext.Current.CancellationToken);
        _supervisor.Problem.ShouldNotBeNull();
        await _stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task The_fifth_failure_within_a_minute_ends_the_process()
    {
        _logs.Expect(LoopEnded);
        _logs.Expect(LoopGivenUp);
        var running = RunAsync((_, _) => throw new InvalidOperationException("again"));
        for (var failure = 1; failure <= 4; failure++)
        {
            await _time.Waits.ReadAsync(TestContext.Current.CancellationToken);
            _given.ShouldBeEmpty();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await running;
        _given.ShouldHaveSingleItem().ShouldContain("'source' failed 5 times");
        _supervisor.Problem.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_side_loop_that_keeps_failing_never_ends_the_process_and_is_told_without_a_doubt_about_events(bool isBroken)
    {
        _logs.Expect(LoopEnded);
        var fails = true;
        var running = _supervisor.RunAsync(
            new PipelineLoop("alerts", (stopping, _) => !fails ? Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping)
                : throw (isBroken ? new JournalBrokenException("broken", new InvalidOperationException()) : new InvalidOperationException("a rule")))
            { IsSide = true },
            _stopping.Token,
            _aborting.Token);
        var waits = new List<double>();
        for (var failure = 1; failure <= 12; failure++)
        {
            var wait = await _time.Waits.ReadAsync(TestContext.Current.CancellationToken);
            waits.Add(wait.TotalSeconds);
            _supervisor.Problem.ShouldBeNull("events come and go without it");
            _supervisor.Note.ShouldBe("not running: alerts; see the log. Events are delivered as usual");
            fails = failure < 12;
            _time.Advance(wait);
        }

        waits.ShouldBe([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
        _given.ShouldBeEmpty();
        await _stopping.CancelAsync();
        await running;
        _supervisor.Note.ShouldBeNull();
    }

    [Fact]
    public async Task A_loop_that_fails_while_it_is_to_end_is_said()
    {
        _logs.Expect(LoopFailedAtStop);
        var running = RunAsync(async (stopping, _) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new InvalidOperationException("its last write");
        });
        await _stopping.CancelAsync();
        await running;
        _logs.Has(LoopFailedAtStop).ShouldBeTrue();
        _supervisor.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task Failures_that_lie_further_apart_go_on_for_ever()
    {
        _logs.Expect(LoopFailedAtStop);
        _logs.Expect(LoopEnded);
        var running = RunAsync((_, _) => throw new InvalidOperationException("again"));
        for (var failure = 1; failure <= 20; failure++)
        {
            await _time.Waits.ReadAsync(TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromSeconds(16));
        }

        await _time.Waits.ReadAsync(TestContext.Current.CancellationToken);
        _given.ShouldBeEmpty();
        await _stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_loop_with_state_is_a_new_object_at_each_start()
    {
        _logs.Expect(LoopEnded);
        var made = 0;
        var again = new TaskCompletionSource();
        var running = _supervisor.RunAsync(
            new PipelineLoop("delivery", () =>
            {
                var number = ++made;
                return (stopping, _) =>
                {
                    if (number == 1)
                        throw new InvalidOperationException("half of a change is done");
                    again.SetResult();
                    return Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping);
                };
            }),
            _stopping.Token,
            _aborting.Token);
        await _time.Waits.ReadAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(1));
        await again.Task.WaitAsync(TestContext.Current.CancellationToken);
        made.ShouldBe(2);
        await _stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task One_of_several_loops_of_a_name_is_told_apart_and_another_does_not_clear_its_flag()
    {
        _logs.Expect(LoopFailedAtStop);
        _logs.Expect(LoopEnded);
        var other = new TaskCompletionSource();
        var failing = _supervisor.RunAsync(
            new PipelineLoop("delivery", (_, _) => throw new InvalidOperationException("again")) { Of = "crm" }, _stopping.Token, _aborting.Token);
        await _time.Waits.ReadAsync(TestContext.Current.CancellationToken);
        var running = _supervisor.RunAsync(
            new PipelineLoop("delivery", (stopping, _) =>
            {
                other.SetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping);
            })
            { Of = "archive" },
            _stopping.Token,
            _aborting.Token);
        await other.Task.WaitAsync(TestContext.Current.CancellationToken);
        _supervisor.Problem.ShouldBe("not running: delivery:crm; see the log");
        await _stopping.CancelAsync();
        await failing;
        await running;
        _supervisor.Problem.ShouldBeNull("nothing is down that was to end");
    }

    [Fact]
    public async Task A_step_of_the_system_clock_changes_nothing_about_five_failures_within_a_minute()
    {
        _logs.Expect(LoopEnded);
        _logs.Expect(LoopGivenUp);
        var running = RunAsync((_, _) => throw new InvalidOperationException("again"));
        for (var failure = 1; failure <= 4; failure++)
        {
            await _time.Waits.ReadAsync(TestContext.Current.CancellationToken);
            _time.StepClock(TimeSpan.FromHours(failure % 2 == 0 ? -2 : 9_000));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await running;
        _given.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_loop_that_the_disk_fails_is_started_again_for_as_long_as_it_takes_and_the_process_goes_on()
    {
        _logs.Expect(LoopWaitsForDisk);
        var fails = true;
        var running = _supervisor.RunAsync(
            new PipelineLoop("delivery", (stopping, _) => fails ? throw new SqliteException("disk I/O error", 10, 266) : Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping)) { Of = "crm" },
            _stopping.Token,
            _aborting.Token);
        var waits = new List<double>();
        for (var failure = 1; failure <= 20; failure++)
        {
            if (failure > 1)
                (await _time.Waits.ReadAsync(TestContext.Current.CancellationToken)).ShouldBe(TimeSpan.FromSeconds(2)); // if it runs for so long, it is well
            var wait = await _time.Waits.ReadAsync(TestContext.Current.CancellationToken);
            waits.Add(wait.TotalSeconds);
            _supervisor.Problem.ShouldBe("waiting for the disk: delivery:crm: a read fails (SQLite 10/266, SQLITE_IOERR_READ)");
            fails = failure < 20;
            _time.Advance(wait);
        }

        waits.Take(5).ShouldBe([1, 2, 4, 5, 5]);
        _given.ShouldBeEmpty();
        (await _time.Waits.ReadAsync(TestContext.Current.CancellationToken)).ShouldBe(TimeSpan.FromSeconds(2));
        _supervisor.Problem.ShouldNotBeNull();
        _time.Advance(TimeSpan.FromSeconds(2));
        _supervisor.Problem.ShouldBeNull();
        _logs.Lines.Count(line => line.EventId == LoopWaitsForDisk).ShouldBe(1);
        _logs.Lines.Count(line => line.EventId == LoopDiskIsBack).ShouldBe(1);
        await _stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_journal_that_can_never_be_written_ends_the_process_at_once_and_says_why()
    {
        _logs.Expect(LoopCannotGoOn);
        await RunAsync((_, _) => throw new JournalBrokenException("Journal 'tieline.db' cannot be written: a constraint fails.", new InvalidOperationException()));
        _given.ShouldBe(["Journal 'tieline.db' cannot be written: a constraint fails"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_loop_that_ends_because_it_was_told_to_is_no_failure(bool stop)
    {
        var running = RunAsync((stopping, aborting) => Task.Delay(Timeout.InfiniteTimeSpan, _time, stop ? stopping : aborting));
        await (stop ? _stopping : _aborting).CancelAsync();
        await running;
        _logs.Lines.ShouldBeEmpty();
        _supervisor.Problem.ShouldBeNull();
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _stopping.Dispose();
        _aborting.Dispose();
        _logs.Dispose();
    }

    private Task RunAsync(Func<CancellationToken, CancellationToken, Task> loop) => _supervisor.RunAsync(new PipelineLoop("source", loop), _stopping.Token, _aborting.Token);
}
