namespace Tieline.Service.Hosting;

/// <summary>What <c>tieline run</c> runs between the start and the end of its HTTP server.</summary>
internal interface ITielinePipeline
{
    /// <summary>Runs until stopped. Metrics and health answer from before it begins until after it has ended.</summary>
    /// <param name="stopping">Take nothing new, finish what is in hand.</param>
    /// <param name="aborting">Let go of what is in hand; comes <see cref="StopSignals.AbortAfter"/> after <paramref name="stopping"/>, or with a second signal.</param>
    /// <exception cref="StartupException">It cannot run, for a reason the user can remove.</exception>
    Task RunAsync(CancellationToken stopping, CancellationToken aborting);
}
