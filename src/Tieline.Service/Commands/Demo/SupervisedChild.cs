using Tieline.Service.Hosting;

namespace Tieline.Service.Commands.Demo;

/// <summary>A child that is started again whenever it ends, until it is stopped.</summary>
/// <param name="name">What the demo calls it.</param>
/// <param name="launch">How its next life is started.</param>
internal sealed class SupervisedChild(string name, Func<ChildLaunch> launch, ChildLog log, TimeProvider time) : IAsyncDisposable
{
    /// <summary>A life shorter than this is a failure to start; after three in a row the demo gives up. One that somebody killed is none.</summary>
    private static readonly TimeSpan _shortLife = TimeSpan.FromSeconds(3);

    private const int MaxShortLives = 3;

    private const int Killed = 128 + 9;

    private readonly CancellationTokenSource _stopping = new();
    private ChildProcess? _current;
    private Task _running = Task.CompletedTask;

    public string Name => name;

    public ChildLog Log => log;

    public int Pid => _current?.Pid ?? 0;

    /// <summary>Told when a life ends that nobody stopped: the exit code. Before the next one is started.</summary>
    public Action<int>? Died { get; set; }

    /// <summary>Told the new pid.</summary>
    public Action<int>? StartedAgain { get; set; }

    /// <summary>Ends only when <see cref="StopAsync"/> was called, or with a <see cref="StartupException"/>.</summary>
    public Task Running => _running;

    public void Start()
    {
        _current = ChildProcess.Start(launch(), log);
        _running = SuperviseAsync();
    }

    public void Kill() => _current?.Kill();

    /// <summary>SIGTERM, and SIGKILL when that has not ended it in time.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        await _stopping.CancelAsync();
        _current?.Terminate();
        var ended = await Task.WhenAny(_running, Task.Delay(patience, time)) == _running;
        if (!ended)
            _current?.Kill();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ended;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.FromSeconds(2));
        _current?.Dispose();
        _stopping.Dispose();
        log.Dispose();
    }

    private async Task SuperviseAsync()
    {
        for (var shortLives = 0; ;)
        {
            var started = time.GetTimestamp();
            var exitCode = await _current!.WaitAsync();
            if (_stopping.IsCancellationRequested)
                return;
            Died?.Invoke(exitCode);
            shortLives = exitCode != Killed && time.GetElapsedTime(started) < _shortLife ? shortLives + 1 : 0;
            if (shortLives == MaxShortLives)
                throw new StartupException($"{name} ended three times as soon as it was started, the last time with exit code {exitCode}:{Environment.NewLine}{log.LastLines}");

            var ended = _current;
            _current = ChildProcess.Start(launch(), log);
            ended.Dispose();
            StartedAgain?.Invoke(_current.Pid);

            // Stopped between the two: nobody has told the new one.
            if (_stopping.IsCancellationRequested)
                _current.Terminate();
        }
    }
}
