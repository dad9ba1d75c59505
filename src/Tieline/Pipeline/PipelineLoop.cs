namespace Tieline.Pipeline;

/// <param name="Name">In logs and metrics; from a closed set.</param>
/// <param name="RunAsync">Takes stopping (take nothing new) and aborting (let go of what is in hand).</param>
internal sealed record PipelineLoop(string Name, Func<CancellationToken, CancellationToken, Task> RunAsync);
