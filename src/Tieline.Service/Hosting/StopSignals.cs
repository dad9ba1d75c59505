using System.Runtime.InteropServices;

namespace Tieline.Service.Hosting;

/// <summary>SIGTERM and SIGINT as two tokens: the first asks to stop, and if that takes too long, or a second comes, to let go. SIGHUP as a call.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Service managers send SIGKILL after 30 s (Kubernetes) or 90 s (systemd); what can be let go in order should be by then.</summary>
    public static readonly TimeSpan AbortAfter = TimeSpan.FromSeconds(25);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting;
    private readonly CancellationTokenSource _timer;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    public StopSignals(TimeProvider time)
    {
        _timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _aborting = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token);
    }

    /// <summary>Take nothing new.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Let go of what is in hand.</summary>
    public CancellationToken Aborting => _aborting.Token;

    /// <summary>From here on the signals are ours. Before, and from the third on, they end the process.</summary>
    public void Listen()
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnSignal));
    }

    /// <summary>SIGHUP asks for something, and no longer ends the process; unless it says that the terminal is gone that the process was started at: then it is a SIGTERM.</summary>
    public void OnHangUp(Action ask)
    {
        var hadTerminal = HasTerminal();
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            if (hadTerminal && !HasTerminal())
                Stop();
            else
                ask();
        }));
    }

    public void Stop()
    {
        _timer.CancelAfter(AbortAfter);
        _stopping.Cancel();
    }

    public void Abort()
    {
        _stopping.Cancel();
        _aborting.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _aborting.Dispose();
        _timer.Dispose();
        _stopping.Dispose();
    }

    /// <summary>The kernel takes a terminal that hangs up from all who had it.</summary>
    private static bool HasTerminal()
    {
        try
        {
            using var terminal = File.OpenHandle("/dev/tty");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        var count = Interlocked.Increment(ref _signals);
        context.Cancel = count < 3;
        if (count == 1)
        {
            Stop();
        }
        else if (count == 2)
        {
            Abort();
        }
    }
}
