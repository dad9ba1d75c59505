namespace Tieline.Pipeline;

/// <summary>One of the loops that <see cref="LoopSupervisor"/> owns.</summary>
/// <param name="Name">The metrics' tag: from a closed set.</param>
/// <param name="Make">Called before each start. Gives what runs: takes stopping (take nothing new) and aborting (let go of what is in hand). A loop with state is a new object each time, since one that failed may hold half of a change.</param>
internal sealed record PipelineLoop(string Name, Func<Func<CancellationToken, CancellationToken, Task>> Make)
{
    /// <param name="run">Has no state that outlives a failure: it may be called again.</param>
    public PipelineLoop(string name, Func<CancellationToken, CancellationToken, Task> run)
        : this(name, () => run)
    {
    }

    /// <summary>Which of several loops of one name: a destination's name.</summary>
    public string? Of { get; init; }

    /// <summary>Events come and go without it: it never ends the process, whatever fails it. The audit log and all that only shows or tells (docs/adr/0047).</summary>
    public bool IsSide { get; init; }

    /// <summary>In logs and readiness.</summary>
    public string Label => Of is null ? Name : $"{Name}:{Of}";
}
