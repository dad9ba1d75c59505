namespace Tieline.Service.Hosting;

/// <summary>Keeps ASP.NET's host from taking SIGTERM and SIGINT: <see cref="StopSignals"/> has them.</summary>
internal sealed class SignalsAreOurs : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
