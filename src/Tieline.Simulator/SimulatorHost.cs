namespace Tieline.Simulator;

/// <summary>Runs a simulator as a program: says where it listens, then runs until it is told to stop.</summary>
public static class SimulatorHost
{
    /// <summary>Prints the one line <c>listening on http://127.0.0.1:PORT</c> and runs until <paramref name="stopping"/>.</summary>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task RunGenesysAsync(
        GenesysSimulatorOptions options, CancellationToken stopping, TextWriter? output = null, TimeProvider? time = null)
    {
        await using var simulator = await GenesysSimulator.StartAsync(options, time, stopping);
        await RunAsync(simulator.Url, output, stopping);
    }

    /// <inheritdoc cref="RunGenesysAsync"/>
    public static async Task RunCrmAsync(CrmSimulatorOptions options, CancellationToken stopping, TextWriter? output = null, TimeProvider? time = null)
    {
        await using var simulator = await CrmSimulator.StartAsync(options, time, stopping);
        await RunAsync(simulator.Url, output, stopping);
    }

    private static async Task RunAsync(string url, TextWriter? output, CancellationToken stopping)
    {
        output ??= Console.Out;
        await output.WriteLineAsync($"listening on {url}");
        await output.FlushAsync(CancellationToken.None);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
