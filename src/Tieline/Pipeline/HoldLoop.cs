using System.Threading.Channels;

namespace Tieline.Pipeline;

/// <summary>Confirms holes when their window is over, and once a second makes durable how far dropped events have moved the mark.</summary>
internal sealed class HoldLoop
{
    private static readonly TimeSpan _markInterval = TimeSpan.FromSeconds(1);

    /// <summary>One pending wake is enough.</summary>
    private readonly Channel<bool> _woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly EventIntake _intake;
    private readonly TimeProvider _time;

    public HoldLoop(EventIntake intake, TimeProvider time)
    {
        (_intake, _time) = (intake, time);
        intake.HoleOpened = () => _woken.Writer.TryWrite(true);
    }

    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        while (!stopping.IsCancellationRequested)
        {
            var delay = _markInterval;
            if (_intake.NextExpiry is { } due && due - _time.GetUtcNow() is var until && until < delay)
                delay = until;
            if (delay > TimeSpan.Zero)
                await WaitAsync(delay, stopping);
            await _intake.ExpireAsync(aborting);
            await _intake.MarkAsync(aborting);
        }
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(_woken.Reader.WaitToReadAsync(either.Token).AsTask(), Task.Delay(delay, _time, either.Token));
        await either.CancelAsync();
        _woken.Reader.TryRead(out _);
    }
}
