namespace Tieline.Journal;

/// <summary>Moves what is in the write-ahead log into the file, a little every second and beside the writer, so that at everyday rates no commit has to.</summary>
internal sealed class CheckpointLoop(SqliteJournal journal, TimeProvider time)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(_interval, time);
        while (await timer.WaitForNextTickAsync(stopping))
            journal.Read(reader => reader.Checkpoint());
    }
}
