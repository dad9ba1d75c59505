using Tieline.Journal;

namespace Tieline.Tests.Audit;

/// <summary>A journal's facts, in memory.</summary>
internal sealed class ListedFacts : IFactSource
{
    private readonly Lock _lock = new();
    private readonly List<AuditFact> _facts = [];
    private TaskCompletionSource _added = New();
    private TaskCompletionSource _waiting = New();

    public AuditHead? Head { get; set; }

    public string? Id { get; set; }

    public long NewestFact
    {
        get
        {
            lock (_lock)
                return _facts.Count == 0 ? 0 : _facts[^1].Number;
        }
    }

    /// <summary>How often the head was saved.</summary>
    public int Saves { get; private set; }

    public IReadOnlyList<AuditFact> All => _facts;

    /// <summary>Completes when somebody waits for a fact that is not there.</summary>
    public Task Waiting
    {
        get
        {
            lock (_lock)
                return _waiting.Task;
        }
    }

    public void Add(params IEnumerable<AuditFact> facts)
    {
        TaskCompletionSource added;
        lock (_lock)
        {
            _facts.AddRange(facts);
            added = _added;
            _added = New();
            _waiting = New();
        }

        added.SetResult();
    }

    public IReadOnlyList<AuditFact> ReadFacts(long after, int limit)
    {
        lock (_lock)
        {
            var start = _facts.Count == 0 ? 0 : (int)Math.Max(0, after + 1 - _facts[0].Number);
            return start >= _facts.Count ? [] : _facts.GetRange(start, Math.Min(limit, _facts.Count - start));
        }
    }

    public async Task WaitForFactsAsync(long after, CancellationToken stopping)
    {
        for (; ; )
        {
            Task added;
            lock (_lock)
            {
                if (_facts.Count > 0 && _facts[^1].Number > after)
                    return;
                added = _added.Task;
                _waiting.TrySetResult();
            }

            await added.WaitAsync(stopping);
        }
    }

    public Task SaveHeadAsync(AuditHead head, CancellationToken cancellation)
    {
        Head = head;
        Saves++;
        return Task.CompletedTask;
    }

    public AuditHead? ReadHead() => Head;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
