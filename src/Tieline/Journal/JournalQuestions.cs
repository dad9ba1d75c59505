namespace Tieline.Journal;

/// <summary>Work of the journal that is answered once it is durable.</summary>
internal static class JournalQuestions
{
    /// <summary>Queues work and waits for its answer.</summary>
    /// <param name="work">Makes the work, which answers what it is given.</param>
    /// <param name="cancellation">Ends the wait; work that is queued is done all the same.</param>
    public static async Task<T> AskAsync<T>(this IJournal journal, Func<TaskCompletionSource<T>, JournalWork> work, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await journal.PostAsync(work(done), cancellation);
        return await done.Task.WaitAsync(cancellation);
    }

    /// <summary>Queues work and waits until it is durable.</summary>
    /// <inheritdoc cref="AskAsync{T}"/>
    public static async Task AskAsync(this IJournal journal, Func<TaskCompletionSource, JournalWork> work, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await journal.PostAsync(work(done), cancellation);
        await done.Task.WaitAsync(cancellation);
    }
}
