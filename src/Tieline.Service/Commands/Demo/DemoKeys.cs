namespace Tieline.Service.Commands.Demo;

/// <summary>Reads keys from a terminal and does what they stand for.</summary>
internal sealed class DemoKeys(TimeProvider time, IReadOnlyDictionary<char, Func<Task>> actions)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            // Console has no way to wait for a key and be told to stop waiting.
            while (Console.KeyAvailable)
            {
                if (actions.TryGetValue(char.ToLowerInvariant(Console.ReadKey(intercept: true).KeyChar), out var action))
                    await action();
            }

            await Task.Delay(_interval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
