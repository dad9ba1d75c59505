using System.Text.Json.Nodes;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>Starts the two sides of the disk and stops them in order: receiving, delivering, projecting, and the journal last.</summary>
internal sealed class TielinePipeline(
    SqliteJournal journal,
    LoopSupervisor supervisor,
    IReadOnlyList<PipelineLoop> receiving,
    IReadOnlyList<PipelineLoop> delivering,
    IReadOnlyList<PipelineLoop> projecting,
    string version)
{
    /// <param name="stopping">Take nothing new. What is in the journal is unbounded, so it is not waited for.</param>
    /// <param name="aborting">Let go of what is in hand: the journal has it.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        using var never = new CancellationTokenSource();
        using var stopDelivering = new CancellationTokenSource();
        using var stopProjecting = new CancellationTokenSource();
        var writing = supervisor.RunAsync(new PipelineLoop("journal", (_, abort) => WriteAsync(abort)), never.Token, aborting);
        await NoteAsync("started", new JsonObject { ["version"] = version }.ToJsonString(), thenWait: false, aborting);
        var projected = StartAsync(projecting, stopProjecting.Token, aborting);
        var delivered = StartAsync(delivering, stopDelivering.Token, aborting);
        await StartAsync(receiving, stopping, aborting);
        await stopDelivering.CancelAsync();
        await delivered;
        await NoteAsync("stopped", null, thenWait: true, aborting);
        await stopProjecting.CancelAsync();
        await projected;
        await never.CancelAsync();
        journal.Complete();
        await writing;
    }

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

    /// <summary>Ends only when the journal is complete.</summary>
    private Task WriteAsync(CancellationToken aborting) => journal.WriteAsync(aborting);

    private Task StartAsync(IEnumerable<PipelineLoop> loops, CancellationToken stopping, CancellationToken aborting) =>
        Task.WhenAll(loops.Select(loop => Task.Run(() => supervisor.RunAsync(loop, stopping, aborting), CancellationToken.None)));
}
