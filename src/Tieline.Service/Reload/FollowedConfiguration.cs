using Serilog.Core;
using Tieline.Pipeline;
using Tieline.Service.Configuration;

namespace Tieline.Service.Reload;

/// <summary>The configuration that a run began with, how to read it again, and who asks for that. Safe from any thread; one loop waits.</summary>
/// <param name="read">Reads all layers again; what came with the process (its variables, <c>--set</c>) stays as it was.</param>
/// <param name="start">What the run began with; without errors.</param>
/// <param name="level">The log's; follows <c>Logging:Level</c>.</param>
internal sealed class FollowedConfiguration(Func<LoadedConfiguration> read, LoadedConfiguration start, LoggingLevelSwitch level)
{
    private readonly WakeSignal _wake = new();
    private int _asked;

    public LoadedConfiguration Start => start;

    public LoggingLevelSwitch Level => level;

    public LoadedConfiguration Read() => read();

    /// <summary>Somebody wants it to be read again now: SIGHUP.</summary>
    public void Ask()
    {
        Interlocked.Exchange(ref _asked, 1);
        _wake.Set();
    }

    /// <returns>Whether somebody has asked since the last call.</returns>
    public bool TakeAsked()
    {
        _wake.Clear();
        return Interlocked.Exchange(ref _asked, 0) == 1;
    }

    /// <inheritdoc cref="WakeSignal.WaitAsync"/>
    public Task WaitAsync(TimeSpan delay, TimeProvider time, CancellationToken stopping) => _wake.WaitAsync(delay, time, stopping);
}
