using System.Runtime.InteropServices;

namespace Tieline.Service.Commands.Demo;

/// <summary>Ctrl+C, SIGTERM and a closed terminal: the first asks for the end and its comparison, a second for the end at once.</summary>
internal sealed class DemoStop : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _aborting = new();
    private readonly PosixSignalRegistration[] _signals;
    private ITimer? _timer;

    public DemoStop() => _signals =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            Ask();
        })),
    ];

    /// <summary>Events stop flowing; what is on its way is delivered and compared.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Leave everything as it is.</summary>
    public CancellationToken Aborting => _aborting.Token;

    public void End() => _ending.Cancel();

    public void EndAfter(TimeSpan time, TimeProvider provider) =>
        _timer ??= provider.CreateTimer(_ => End(), null, time, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _timer?.Dispose();
        _ending.Dispose();
        _aborting.Dispose();
    }

    private void Ask()
    {
        if (_ending.IsCancellationRequested)
            _aborting.Cancel();
        else
            _ending.Cancel();
    }
}
