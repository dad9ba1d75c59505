namespace Tieline.Service.Commands.Demo;

/// <summary>Adds up a counter that starts again at 0 with each life of a process, as Prometheus does: a smaller value is a new life.</summary>
internal sealed class LifeCounter
{
    private long _before;
    private long _current;

    /// <summary>Short by what a process counted between the last look and its death.</summary>
    public long Total => _before + _current;

    public void Set(long value)
    {
        if (value < _current)
            _before += _current;
        _current = value;
    }
}
