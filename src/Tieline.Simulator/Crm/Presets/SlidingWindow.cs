namespace Tieline.Simulator.Crm.Presets;

/// <summary>So many in any span of that length. Pure: told the time.</summary>
internal sealed class SlidingWindow(int allowed, TimeSpan length)
{
    private readonly Queue<DateTimeOffset> _taken = new();

    public int Allowed => allowed;

    public TimeSpan Length => length;

    public int Used(DateTimeOffset now)
    {
        while (_taken.TryPeek(out var oldest) && now - oldest >= length)
            _taken.Dequeue();
        return _taken.Count;
    }

    /// <summary>Takes one, if there is one.</summary>
    public bool TryTake(DateTimeOffset now)
    {
        if (Used(now) >= allowed)
            return false;
        _taken.Enqueue(now);
        return true;
    }

    /// <summary>Until one is free; zero where one is.</summary>
    public TimeSpan Wait(DateTimeOffset now) => Used(now) < allowed ? TimeSpan.Zero : _taken.Peek() + length - now;
}
