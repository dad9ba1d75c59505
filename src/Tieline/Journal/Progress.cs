namespace Tieline.Journal;

/// <summary>A number that only rises, and can be waited for. Carries no data: the journal does.</summary>
internal sealed class Progress(long value)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private Action? _advanced;
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
        _advanced?.Invoke();
    }

    /// <summary>Calls back after each rise, on the thread that caused it: the callback must be quick. Dispose to end it.</summary>
    public IDisposable OnAdvance(Action callback)
    {
        lock (_gate)
            _advanced += callback;
        return new Registration(this, callback);
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

    private sealed class Registration(Progress progress, Action callback) : IDisposable
    {
        public void Dispose()
        {
            lock (progress._gate)
                progress._advanced -= callback;
        }
    }
}
