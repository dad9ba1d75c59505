using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

public sealed class TielinePipelineTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly LogGuard _logs = new();
    private readonly ManualTime _time = new();
    private readonly TielineMetrics _metrics = new();
    private readonly DataDirectory _data;
    private readonly SqliteJournal _journal;
    private readonly List<string> _ended = [];
    private readonly TaskCompletionSource _allStarted = new();
    private Action<string> _given = _ => { };
    private int _started;

    public TielinePipelineTests()
    {
        _data = DataDirectory.Open(_directory.FileNamed("data"));
        _journal = SqliteJournal.Open(_data, ["crm"], _time, _metrics, _logs.For<SqliteJournal>());
    }

    [Fact]
    public async Task A_stop_ends_receiving_then_delivering_then_projecting_which_still_sees_that_it_stopped()
    {
        var kinds = new List<string>();
        var pipeline = Pipeline(async (stopping, _) =>
        {
            await WaitAsync("projecting", stopping);
            kinds.AddRange(_journal.ReadFacts(0, 10).Select(fact => fact.Action));
        });
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token, CancellationToken.None);
        await _allStarted.Task.WaitAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await running.WaitAsync(TestContext.Current.CancellationToken);
        _ended.ShouldBe(["receiving", "delivering", "projecting"]);
        kinds.ShouldBe(["started", "accepted", "stopped"]);
        _journal.ReadFacts(0, 1)[0].Detail!.ToJsonString().ShouldBe($$"""{"version":"1.2.3","journal":"{{_journal.Id}}"}""");
        _journal.TryPost(new JournalWork.Note("late", null)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_hurried_stop_ends_every_loop_and_the_journal_without_an_error()
    {
        var pipeline = Pipeline((stopping, _) => WaitAsync("projecting", stopping));
        using var stop = new CancellationTokenSource();
        using var abort = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token, abort.Token);
        await _allStarted.Task.WaitAsync(TestContext.Current.CancellationToken);
        await abort.CancelAsync();
        await stop.CancelAsync();
        await running.WaitAsync(TestContext.Current.CancellationToken);
        _ended.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_journal_that_can_never_be_written_does_not_hold_up_the_end_that_it_causes()
    {
        _logs.Expect(6005); // the loop of the journal cannot go on
        var projected = new TaskCompletionSource();
        var pipeline = Pipeline(async (stopping, aborting) =>
        {
            await WaitAsync("projecting", stopping);
            aborting.IsCancellationRequested.ShouldBeTrue();
            projected.SetResult();
        });
        using (var other = Database.OpenForWriting(_data.FileNamed(JournalSchema.FileName), JournalSchema.Migrations))
            Database.Execute(other, "CREATE TRIGGER never BEFORE INSERT ON fact BEGIN SELECT RAISE(ABORT, 'no fact is ever taken'); END");
        using var stop = new CancellationTokenSource();
        _given = _ => stop.Cancel();
        await pipeline.RunAsync(stop.Token, CancellationToken.None).WaitAsync(TestContext.Current.CancellationToken);
        await projected.Task.WaitAsync(TestContext.Current.CancellationToken);
        _ended.Count.ShouldBe(3);
        _journal.Problem.ShouldNotBeNull().ShouldContain("SQLite 19/1811");
    }

    public void Dispose()
    {
        _journal.Dispose();
        _data.Dispose();
        _metrics.Dispose();
        _directory.Dispose();
        _logs.Dispose();
    }

    private TielinePipeline Pipeline(Func<CancellationToken, CancellationToken, Task> project) => new(
        _journal,
        new LoopSupervisor(_time, _metrics, _logs.For<LoopSupervisor>(), sentence => _given(sentence)),
        [
            new PipelineLoop("source", async (stopping, aborting) =>
            {
                await WaitAsync("receiving", stopping);
                if (!aborting.IsCancellationRequested)
                    await _journal.PostAsync(new JournalWork.Append(Some.Redacted(), new Mark(1, 1, Some.Time), IsHeld: false), aborting);
            }),
        ],
        [new PipelineLoop("delivery", (stopping, _) => WaitAsync("delivering", stopping))],
        [new PipelineLoop("audit", project)],
        "1.2.3",
        _time,
        _logs.For<TielinePipeline>());

    private async Task WaitAsync(string name, CancellationToken stopping)
    {
        if (Interlocked.Increment(ref _started) == 3)
            _allStarted.SetResult();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stopping.Register(stopped.SetResult))
            await stopped.Task;
        lock (_ended)
            _ended.Add(name);
    }
}
