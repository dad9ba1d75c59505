using System.Collections.Concurrent;

namespace Tieline.FunctionalTests.Support;

/// <summary>
/// How late this machine itself is: the test's own small loop of a pause and an fsync beside Tieline's. A limit of milliseconds can only be asked of Tieline
/// beyond what a crowded machine keeps everybody waiting; on an idle one this adds next to nothing.
/// </summary>
internal sealed class MachinePace : IAsyncDisposable
{
    /// <summary>From a socket's bytes to a commit several threads take their turn one after the other, and each may be kept waiting.</summary>
    private const int Turns = 3;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<(DateTimeOffset At, TimeSpan Late)> _samples = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    public MachinePace(string folder) => _loop = Task.Run(() => RunAsync(Path.Combine(folder, "pace")));

    /// <summary>What may be added to a limit for something that happened just before then.</summary>
    public TimeSpan AllowanceAt(DateTimeOffset time) =>
        Turns * _samples.Where(sample => sample.At >= time - _window && sample.At <= time + _window).Select(sample => sample.Late).DefaultIfEmpty(TimeSpan.Zero).Max();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task RunAsync(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var block = new byte[4096];
        while (!_stopping.IsCancellationRequested)
        {
            var startedAt = TimeProvider.System.GetTimestamp();
            await Task.Delay(_pause, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            RandomAccess.Write(file, block, 0);
            RandomAccess.FlushToDisk(file);
            _samples.Enqueue((TimeProvider.System.GetUtcNow(), TimeProvider.System.GetElapsedTime(startedAt) - _pause));
        }
    }
}
