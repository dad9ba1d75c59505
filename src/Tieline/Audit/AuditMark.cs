namespace Tieline.Audit;

/// <summary>How far the log is durable, told by its one writer to whoever reads behind it. Lines after it may still be cut off and written otherwise.</summary>
internal sealed class AuditMark
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = New();
    private AuditPosition? _durable;

    /// <summary>Null until the writer has found the log's end.</summary>
    public AuditPosition? Durable
    {
        get
        {
            lock (_lock)
                return _durable;
        }
    }

    /// <summary>The writer has stopped: nothing follows in this process.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>Ends when the next thing is told. Take it before looking, and nothing is missed.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    public void Set(AuditPosition durable) => Tell(() => _durable = durable);

    public void Finish() => Tell(() => IsFinal = true);

    private void Tell(Action change)
    {
        TaskCompletionSource told;
        lock (_lock)
        {
            change();
            (told, _changed) = (_changed, New());
        }

        told.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
