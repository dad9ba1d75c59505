namespace Tieline.Journal;

/// <summary>A number that only rises, and can be waited for. Carries no data: the journal does.</summary>
internal sealed class Progress(long value)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private long _value = value;

    public long Value => Volatile.Read(ref _value);

    public void Advance(long value)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (value <= _value)
                return;
            Volatile.Write(ref _value, value);
            (waiting, _waiting) = (_waiting, null);
        }

        waiting?.SetResult();
    }

    /// <summary>Completes once the number is above <paramref name="value"/>.</summary>
    public async Task WaitPastAsync(long value, CancellationToken cancellation)
    {
        while (true)
        {
            Task waiting;
            lock (_gate)
            {
                if (_value > value)
                    return;
                _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = _waiting.Task;
            }

            await waiting.WaitAsync(cancellation);
        }
    }
}
