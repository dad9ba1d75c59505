using Tieline.Journal;

namespace Tieline.Tests.Simulation;

/// <summary>A journal's facts for a projection that takes turns: waits as the journal does, without the thread pool in between.</summary>
internal sealed class TurnFacts : IFactSource, IDisposable
{
    private readonly SqliteJournal _journal;
    private readonly IDisposable _advanced;
    private TaskCompletionSource _next = new();

    public TurnFacts(SqliteJournal journal)
    {
        _journal = journal;
        _advanced = journal.Facts.OnAdvance(() =>
        {
            var before = _next;
            _next = new TaskCompletionSource();
            before.SetResult();
        });
    }

    public string? Id => _journal.Id;

    public long NewestFact => _journal.NewestFact;

    public IReadOnlyList<AuditFact> ReadFacts(long after, int limit) => _journal.ReadFacts(after, limit);

    public AuditHead? ReadHead() => _journal.ReadHead();

    public async Task WaitForFactsAsync(long after, CancellationToken stopping)
    {
        while (_journal.Facts.Value <= after)
        {
            stopping.ThrowIfCancellationRequested();
            var stopped = new TaskCompletionSource();
            using var registration = stopping.Register(stopped.SetResult);
            await Task.WhenAny(_next.Task, stopped.Task);
        }
    }

    public async Task SaveHeadAsync(AuditHead head, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _journal.PostAsync(new JournalWork.SaveHead(head, done), cancellation);
        await done.Task;
    }

    public void Dispose() => _advanced.Dispose();
}
