using Tieline.Diagnostics;

namespace Tieline.Pipeline;

/// <summary>Confirms holes when their window is over, and once a second makes durable how far dropped events have moved the mark.</summary>
internal sealed class HoldLoop
{
    private static readonly TimeSpan _markInterval = TimeSpan.FromSeconds(1);

    private readonly WakeSignal _woken = new();
    private readonly EventIntake _intake;
    private readonly TimeProvider _time;

    public HoldLoop(EventIntake intake, TimeProvider time)
    {
        (_intake, _time) = (intake, time);
        intake.HoleOpened = _woken.Set;
    }

    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        while (!stopping.IsCancellationRequested)
        {
            var delay = _markInterval;
            if (_intake.NextExpiry is { } due && due - _time.GetMonotonicTime() is var until && until < delay)
                delay = until;
            if (delay > TimeSpan.Zero)
            {
                await _woken.WaitAsync(delay, _time, stopping);
                _woken.Clear();
            }

            await _intake.ExpireAsync(aborting);
            await _intake.MarkAsync(aborting);
        }
    }
}
