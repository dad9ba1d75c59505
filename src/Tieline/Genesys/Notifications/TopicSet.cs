namespace Tieline.Genesys;

/// <summary>The topics of one channel, which may change while it lives. Safe from any thread.</summary>
internal sealed class TopicSet
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Version _current = new(0, []);
    private DateTimeOffset? _unheardSince;

    public Version Current
    {
        get
        {
            lock (_lock)
                return _current;
        }
    }

    /// <summary>Asks for these from now on; the same ones again, to have Genesys judge them anew.</summary>
    /// <param name="unheardSince">Since when some of them may have had events that nobody heard; null where there is nothing new.</param>
    public void Assign(IReadOnlyList<string> topics, DateTimeOffset? unheardSince)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _current = new Version(_current.Number + 1, topics);
            _unheardSince ??= unheardSince;
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    /// <summary>Some of the topics were not heard, though they were asked for.</summary>
    public void MissedSince(DateTimeOffset since)
    {
        lock (_lock)
            _unheardSince = _unheardSince < since ? _unheardSince : since;
    }

    /// <summary>Returns the first version after that one.</summary>
    public async Task<Version> AfterAsync(long number, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_current.Number > number)
                    return _current;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    /// <summary>A version is being listened to.</summary>
    /// <returns>Since when some of its topics have not been; once.</returns>
    public DateTimeOffset? TakeUnheard(long number)
    {
        lock (_lock)
        {
            if (number != _current.Number)
                return null;
            (var since, _unheardSince) = (_unheardSince, null);
            return since;
        }
    }

    internal sealed record Version(long Number, IReadOnlyList<string> Topics);
}
