namespace Tieline.Tests.Simulation;

/// <summary>Runs what is awaited one turn at a time, in an order that a seed decides: the same seed, the same order. One thread for all.</summary>
internal sealed class TurnContext : SynchronizationContext
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<(SendOrPostCallback Callback, object? State)> _turns = [];
    private bool _isOver;
    private volatile string? _stray;

    /// <summary>What came from another thread: then the order is no longer the seed's, and the rig is wrong. Null where nothing did.</summary>
    public string? Stray => _stray;

    /// <summary>Takes the turn of one that waits for it.</summary>
    /// <returns>False where none does.</returns>
    public bool TryTake(Random random)
    {
        if (_turns.Count == 0)
            return false;
        var index = random.Next(_turns.Count);
        var (callback, state) = _turns[index];
        _turns.RemoveAt(index);
        callback(state);
        return true;
    }

    /// <summary>As when the process is killed: nothing that waits goes on.</summary>
    public void End()
    {
        _isOver = true;
        _turns.Clear();
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            _stray = $"{(state as Delegate)?.Target}\n{Environment.StackTrace}";
        else if (!_isOver)
            _turns.Add((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nobody waits for a turn");

    public override SynchronizationContext CreateCopy() => this;
}
