using Tieline.Journal;
using Tieline.Pipeline;

namespace Tieline.Tests.Pipeline;

/// <summary>One failure of a loop: at its n-th await, whatever that is for (a wait, a read or a write of the journal, a call, a file). What others do, the supervisor among them, does not count.</summary>
/// <param name="failsAt">From 1; 0: none fails.</param>
internal sealed class LoopFaults(int failsAt)
{
    private readonly AsyncLocal<bool> _isLoop = new();
    private int _touches;

    /// <summary>What failed; null: the loop has not come so far.</summary>
    public string? Failed { get; private set; }

    /// <summary>Awaits so far.</summary>
    public int Touches => Volatile.Read(ref _touches);

    /// <summary>What was thrown, for whoever wants to tell it from others.</summary>
    public Exception Fault { get; } = new InvalidOperationException("a fault that the test put in");

    public PipelineLoop Watch(PipelineLoop loop) => loop with
    {
        Make = () =>
        {
            var run = loop.Make();
            return (stopping, aborting) => RunAsync(run, stopping, aborting);
        },
    };

    public void Watch(SqliteJournal journal) => journal.Probe = Touch;

    /// <summary>The loop is about to await this.</summary>
    public void Touch(string what)
    {
        if (!_isLoop.Value || Interlocked.Increment(ref _touches) != failsAt)
            return;
        Failed = what;
        throw Fault;
    }

    private async Task RunAsync(Func<CancellationToken, CancellationToken, Task> run, CancellationToken stopping, CancellationToken aborting)
    {
        _isLoop.Value = true;
        await run(stopping, aborting);
    }
}
