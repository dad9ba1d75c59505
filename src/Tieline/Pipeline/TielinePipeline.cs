using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>Starts the two sides of the disk and stops them in order: receiving, delivering, projecting, and the journal last.</summary>
/// <remarks>A stop does not wait for a journal that cannot be written: after <see cref="Patience"/> what is in hand is let go of, as in a crash.</remarks>
internal sealed partial class TielinePipeline(
    SqliteJournal journal,
    LoopSupervisor supervisor,
    IReadOnlyList<PipelineLoop> receiving,
    IReadOnlyList<PipelineLoop> delivering,
    IReadOnlyList<PipelineLoop> projecting,
    string version,
    TimeProvider time,
    ILogger<TielinePipeline> logger)
{
    /// <summary>So long a stop waits for a journal that cannot be written. The writer tries again at least as often.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);

    /// <param name="stopping">Take nothing new. What is in the journal is unbounded, so it is not waited for.</param>
    /// <param name="aborting">Let go of what is in hand: the journal has it.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        using var letGo = CancellationTokenSource.CreateLinkedTokenSource(aborting);
        using var done = new CancellationTokenSource();
        using var complete = new CancellationTokenSource();
        var writing = supervisor.RunAsync(new PipelineLoop("journal", (_, abort) => journal.WriteAsync(abort)), complete.Token, letGo.Token);
        var watching = LetGoOfLostJournalAsync(writing, letGo, stopping, done.Token);
        try
        {
            await RunAsync(writing, complete, stopping, letGo.Token);
        }
        finally
        {
            await done.CancelAsync();
            await watching;
        }
    }

    private async Task RunAsync(Task writing, CancellationTokenSource complete, CancellationToken stopping, CancellationToken aborting)
    {
        using var stopDelivering = new CancellationTokenSource();
        using var stopProjecting = new CancellationTokenSource();
        await NoteAsync("started", Started().ToJsonString(), thenWait: false, aborting);
        var projected = StartAsync(projecting, stopProjecting.Token, aborting);
        var delivered = StartAsync(delivering, stopDelivering.Token, aborting);
        await StartAsync(receiving, stopping, aborting);
        await stopDelivering.CancelAsync();
        await delivered;
        await NoteAsync("stopped", null, thenWait: true, aborting);
        await stopProjecting.CancelAsync();
        await projected;
        await complete.CancelAsync(); // its end is expected from here on
        journal.Complete();
        await writing;
    }

    private JsonObject Started() => journal.Id is { } id ? new JsonObject { ["version"] = version, ["journal"] = id } : new JsonObject { ["version"] = version };

    /// <summary>Never throws for a hurried stop: that must still end every loop, in order, before the journal is closed.</summary>
    private async Task NoteAsync(string kind, string? detail, bool thenWait, CancellationToken aborting)
    {
        try
        {
            await journal.PostAsync(new JournalWork.Note(kind, detail), aborting);
            if (thenWait)
                await journal.WaitForDurabilityAsync(aborting);
        }
        catch (OperationCanceledException) when (aborting.IsCancellationRequested)
        {
            // The next start shows in the audit log without a stop before it: so it was.
        }
    }

    /// <summary>Once it stops: what waits for the journal waits for as long as that can be written, or is tried again in vain for a while; not for one whose writer was given up.</summary>
    private async Task LetGoOfLostJournalAsync(Task writing, CancellationTokenSource letGo, CancellationToken stopping, CancellationToken done)
    {
        try
        {
            var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (stopping.Register(stop.SetResult))
                await stop.Task.WaitAsync(done);
            MonotonicTime? since = null;
            while (!writing.IsCompleted)
            {
                since = journal.WriteProblem is null ? null : since ?? time.GetMonotonicTime();
                if (time.GetMonotonicTime() - since >= Patience)
                {
                    LogLetsGo(logger, journal.WriteProblem);
                    break;
                }

                await Task.Delay(_look, time, done);
            }

            await letGo.CancelAsync();
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // It has stopped in order.
        }
    }

    private Task StartAsync(IEnumerable<PipelineLoop> loops, CancellationToken stopping, CancellationToken aborting) =>
        Task.WhenAll(loops.Select(loop => Task.Run(() => supervisor.RunAsync(loop, stopping, aborting), CancellationToken.None)));

    [LoggerMessage(EventId = 6006, EventName = "StoppedWithoutJournal", Level = LogLevel.Error,
        Message = "The stop does not wait for the journal any longer. What was delivered and is not on record goes out again after the next start, under the same ids. {Problem}")]
    private static partial void LogLetsGo(ILogger logger, string? problem);
}
