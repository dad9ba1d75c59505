using Tieline.Delivery;
using Tieline.Pipeline;

namespace Tieline.Service.Hosting;

/// <summary>The dispatchers that run, one for each destination, each in a loop of its own: one may be stopped and another begun while the rest go on. Safe from any thread.</summary>
internal sealed class Deliveries(LoopSupervisor supervisor) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private (CancellationToken Stopping, CancellationToken Aborting)? _running;
    private volatile IReadOnlyList<Dispatcher> _current = [];

    /// <summary>In the order of the configuration. One that has been stopped to begin anew stands here until it does.</summary>
    public IReadOnlyList<Dispatcher> Current => _current;

    /// <summary>Called after a dispatcher was made anew: <see cref="Current"/> holds another.</summary>
    public Action? Changed { get; set; }

    /// <summary>A destination's dispatcher runs from now on, or from when all run.</summary>
    /// <param name="make">Called now, and again after each failure: a dispatcher that failed may hold half of a change.</param>
    /// <param name="handler">Its connections; closed when it has stopped.</param>
    public void Add(string name, Func<Dispatcher> make, SocketsHttpHandler handler)
    {
        lock (_gate)
        {
            var line = _lines[name] = new Line(name, make, handler);
            if (_running is { } running)
                Begin(line, running.Stopping, running.Aborting);
        }
    }

    /// <summary>Tells of those that run now.</summary>
    /// <param name="names">Of destinations that were added.</param>
    public void Arrange(IEnumerable<string> names)
    {
        lock (_gate)
            _current = [.. names.Select(name => _lines[name].Dispatcher)];
    }

    /// <summary>Stops some in order: nothing new goes out, and what is in flight has been answered, and the journal told, when it returns.</summary>
    /// <param name="names">One that does not run is stopped already.</param>
    public async Task StopAsync(IEnumerable<string> names)
    {
        var stopped = new List<Line>();
        lock (_gate)
        {
            foreach (var name in names)
            {
                if (_lines.Remove(name, out var line))
                    stopped.Add(line);
            }
        }

        await Task.WhenAll(stopped.Select(line => line.EndAsync()));
    }

    /// <inheritdoc cref="Dispatcher.RunAsync"/>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        lock (_gate)
        {
            _running = (stopping, aborting);
            foreach (var line in _lines.Values.Where(line => line.Loop is null))
                Begin(line, stopping, aborting);
        }

        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stopping.Register(stop.SetResult))
            await stop.Task;
        // Who adds and stops has ended before: these are all.
        await Task.WhenAll(_lines.Values.Select(line => line.Loop ?? Task.CompletedTask));
    }

    public void Dispose()
    {
        foreach (var line in _lines.Values)
            line.Dispose();
    }

    private void Begin(Line line, CancellationToken stopping, CancellationToken aborting)
    {
        line.Follow(stopping);
        var loop = new PipelineLoop("delivery", () => Start(line)) { Of = line.Name };
        line.Loop = Task.Run(() => supervisor.RunAsync(loop, line.Stopping, aborting), CancellationToken.None);
    }

    private Func<CancellationToken, CancellationToken, Task> Start(Line line)
    {
        if (line.IsFirstStart())
            return line.Dispatcher.RunAsync;
        var dispatcher = line.Make();
        lock (_gate)
        {
            var before = line.Dispatcher;
            line.Dispatcher = dispatcher;
            _current = [.. _current.Select(other => other == before ? dispatcher : other)];
        }

        Changed?.Invoke();
        return dispatcher.RunAsync;
    }

    private sealed class Line(string name, Func<Dispatcher> make, SocketsHttpHandler handler) : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private CancellationTokenRegistration _all;
        private bool _wasStarted;

        public Func<Dispatcher> Make => make;

        public string Name => name;

        public Dispatcher Dispatcher { get; set; } = make();

        public CancellationToken Stopping => _stop.Token;

        public Task? Loop { get; set; }

        /// <summary>What was made when it was added runs first; each later start has a new one.</summary>
        public bool IsFirstStart() => !_wasStarted && (_wasStarted = true);

        /// <summary>Stops with all others too.</summary>
        public void Follow(CancellationToken stopping) => _all = stopping.Register(_stop.Cancel);

        public async Task EndAsync()
        {
            await _stop.CancelAsync();
            await (Loop ?? Task.CompletedTask);
            Dispose();
        }

        public void Dispose()
        {
            _all.Dispose();
            _stop.Dispose();
            handler.Dispose();
        }
    }
}
