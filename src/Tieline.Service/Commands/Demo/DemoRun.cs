using System.Security.Cryptography;
using Tieline.Service.Hosting;

namespace Tieline.Service.Commands.Demo;

/// <summary>One demo, from its three children's start to its comparison.</summary>
internal sealed class DemoRun : IAsyncDisposable
{
    private readonly DemoOptions _options;
    private readonly DemoConsole _console;
    private readonly bool _takesKeys;
    private readonly DemoStop _stop;
    private readonly TimeProvider _time;
    private readonly DemoSite _site;
    private readonly Ledger _ledger = new();
    private readonly DisturbanceLog _disturbances;
    private readonly DemoChildren _children;

    // No proxy: everything is on this machine. No time-out but the tokens': a ledger may be long.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    private readonly SimulatorClient _simulator;
    private readonly TielineClient _tieline;
    private readonly CrmClient _crm;
    private readonly DemoMonitor _monitor;
    private readonly DemoEvidence _evidence;
    private readonly List<string> _problems = [];
    private TimeSpan? _firstEventAfter;
    private bool _isCrmDown;
    private string? _link;

    public DemoRun(DemoOptions options, DemoConsole console, bool takesKeys, DemoStop stop, TimeProvider time)
    {
        (_options, _console, _takesKeys, _stop, _time) = (options, console, takesKeys, stop, time);
        _site = DemoSite.Create(options.Keep);
        var canary = "canary-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        _disturbances = new DisturbanceLog(time);
        _children = new DemoChildren(_site, options, canary, () => _ledger.LastSequence, time);
        _evidence = new DemoEvidence(_site, canary);
        _simulator = new SimulatorClient(_http, _site.SimulatorUrl, options.IsByTime);
        _tieline = new TielineClient(_http, _site.TielineUrl);
        _crm = new CrmClient(_http, _site.CrmUrl);
        _monitor = new DemoMonitor(_simulator, _tieline, _crm, _ledger, _disturbances, time);
        Watch(_children.Simulator, causesGaps: true, "its own record of the last moments is lost with it");
        Watch(_children.Tieline, causesGaps: true, "same data directory");
        Watch(_children.Crm, causesGaps: false, "same file of what it received");
    }

    /// <summary>Where everything is left; null when it will be removed.</summary>
    public string? KeptDirectory => _site.IsKept ? _site.Root : null;

    public async Task<DemoSummary> RunAsync()
    {
        var started = _time.GetTimestamp();
        await StartAsync();
        foreach (var line in DemoText.Introduction(_site, _children, _options, _link))
            _console.Say(line);
        if (_takesKeys)
            _console.Say($"Keys:  {LiveLine.Keys}{Environment.NewLine}");

        await FlowAsync(started);
        _console.EndLive();
        await EndAsync();
        var summary = await new DemoComparing(_site, _children, _crm, _ledger, _disturbances, _evidence, _options.IsByTime)
            .SummarizeAsync(_time.GetElapsedTime(started), _firstEventAfter, _monitor.Figures.P99Ms, _problems, _stop.Aborting);
        _site.IsKept |= !summary.IsGood;
        return summary;
    }

    public async ValueTask DisposeAsync()
    {
        await _children.DisposeAsync();
        _http.Dispose();
        _site.Dispose();
    }

    /// <summary>Both ends first: Tieline would otherwise begin by backing off.</summary>
    private async Task StartAsync()
    {
        _console.Say("A simulated Genesys, Tieline, and a CRM. Nothing leaves this machine.");
        _children.Crm.Start();
        _children.Simulator.Start();
        await UntilAsync("the CRM receiver to start", DemoDefaults.StartFor, async ending => await _crm.StatsAsync(ending) is not null, _children.Crm);
        await UntilAsync("the simulator to start", DemoDefaults.StartFor, async ending => await _simulator.FiguresAsync(ending) is not null, _children.Simulator);
        _children.Tieline.Start();
        await UntilAsync("Tieline to start", DemoDefaults.StartFor, async ending => await _tieline.FiguresAsync(ending) is not null && (_link = await LinkAsync(ending)) is not null, _children.Tieline);
    }

    private async Task FlowAsync(long started)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stop.Ending);
        var keys = _takesKeys ? new DemoKeys(_time, Keys()).RunAsync(ending.Token) : Task.CompletedTask;
        var failed = _children.AnyFailedAsync();
        var sampled = Task.CompletedTask;
        var shown = started;
        while (!ending.IsCancellationRequested)
        {
            await TickAsync();
            if (_firstEventAfter is null && _monitor.Crm is { Accepted: > 0 })
            {
                _firstEventAfter = _time.GetElapsedTime(started);
                _console.Say($"The first event is with the CRM, {_firstEventAfter.Value.TotalSeconds:0.0} s after the start.");
                if (_options.For is { } time)
                    _stop.EndAfter(time, _time);
                sampled = ProveSearchAsync();
            }

            if (_console.IsLive || _time.GetElapsedTime(shown) >= DemoDefaults.PlainInterval)
            {
                shown = _time.GetTimestamp();
                _console.Live(LiveLine.Format(_time.GetElapsedTime(started), _monitor.Figures, Note()));
            }

            await Task.WhenAny(failed, Task.Delay(DemoDefaults.LiveInterval, _time, ending.Token));
            if (failed.IsCompleted)
                await failed;
            if (_firstEventAfter is null && _time.GetElapsedTime(started) > DemoDefaults.FirstEventWithin)
                throw new StartupException($"no event has reached the CRM within {DemoDefaults.FirstEventWithin.TotalSeconds:0} s. Tieline said last:{Environment.NewLine}{_children.Tieline.Log.LastLines}");
        }

        await keys;
        await sampled;
    }

    /// <summary>Lets everything arrive that is on its way, then stops Tieline.</summary>
    private async Task EndAsync()
    {
        if (_isCrmDown)
            await ToggleCrmAsync();
        if (_disturbances.IsMissing)
            await ReconnectAsync();

        await TryAsync("stop the simulator", () => _simulator.StopAsync(_stop.Aborting));
        _console.Say("The simulator has stopped; waiting for what is on its way to the CRM.");
        await UntilAsync("", DemoDefaults.DrainFor, HasDrainedAsync);
        await TickAsync();

        await TryAsync("read Tieline's metrics", async () => _evidence.SearchText("metrics", await _tieline.AllMetricsAsync(_stop.Aborting)));
        _evidence.SearchFiles(_children.Tieline.Log.Path, isRunning: true);
        if (!await _children.Tieline.StopAsync(DemoDefaults.StopFor))
            _problems.Add($"Tieline did not stop within {DemoDefaults.StopFor.TotalSeconds:0} s of SIGTERM");
    }

    /// <summary>A number that was missed shows only when a later one comes, so events go on until Tieline is back and has read one.</summary>
    private async Task ReconnectAsync()
    {
        _console.Say("Waiting for Tieline to be connected again, so that it sees what it has missed.");
        long? wanted = null;
        var isBack = await UntilAsync("", DemoDefaults.ReconnectFor, async _ =>
        {
            await TickAsync();
            if (_disturbances.IsMissing || _monitor is not { Simulator: { } simulator, Tieline: { } tieline })
                return false;
            if (_options.IsByTime)
                return _monitor.IsConnected; // what was missed is on record as soon as it is
            wanted ??= simulator.LastSequence;
            return tieline.LastSequence > wanted;
        });
        if (!isBack)
            _problems.Add($"Tieline was not connected again within {DemoDefaults.ReconnectFor.TotalSeconds:0} s");
    }

    private async Task<bool> HasDrainedAsync(CancellationToken cancellation)
    {
        await TickAsync();
        if (_monitor.Crm is null)
            return false;
        var comparison = Comparer.Compare(_ledger, await _crm.RecordsAsync(cancellation), AuditGaps.Read(_site.AuditDirectory, _options.IsByTime), _disturbances.All);
        return comparison.Differences.Count == 0;
    }

    private async Task TickAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Aborting);
        patience.CancelAfter(DemoDefaults.AnswerWithin);
        try
        {
            await _monitor.TickAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!_stop.Aborting.IsCancellationRequested)
        {
            // One of them hangs: the live line says so by not moving.
        }
    }

    private async Task ProveSearchAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Aborting);
        patience.CancelAfter(DemoDefaults.StartFor);
        await TryAsync("read the simulator's frames", async () =>
            _evidence.Prove(_options.IsByTime
                ? await SampleFrames.ReadChannelAsync(_http, _site, patience.Token)
                : await SampleFrames.ReadAsync(_http, _site, _monitor.Simulator?.LastSubscribe ?? "{}", patience.Token)));
    }

    private Dictionary<char, Func<Task>> Keys() => new()
    {
        ['c'] = ToggleCrmAsync,
        ['d'] = DropSocketAsync,
        ['k'] = KillTielineAsync,
        ['l'] = () => TryAsync("make a link", async () => _console.Say(await LinkAsync(_stop.Aborting) is { } link ? $"Into the console, once: {link}" : "Tieline does not answer; try again in a moment.")),
        ['q'] = () =>
        {
            _stop.End();
            return Task.CompletedTask;
        },
    };

    private Task<string?> LinkAsync(CancellationToken cancellation) => _site.Token is { } token ? _tieline.ConsoleLinkAsync(token, cancellation) : Task.FromResult<string?>(null);

    private Task ToggleCrmAsync() => TryAsync("switch the CRM", async () =>
    {
        await _crm.SimulateOutageAsync(!_isCrmDown, _stop.Aborting);
        _isCrmDown = !_isCrmDown;
        if (_isCrmDown)
            _disturbances.Begin("CRM down: answers 503", causesGaps: false);
        _console.Say(_isCrmDown ? "CRM down: it answers 503, and events wait in the journal. c brings it back." : "CRM up again.");
    });

    private Task DropSocketAsync() => TryAsync("drop the socket", async () =>
    {
        _disturbances.Begin("socket dropped (1006)", causesGaps: true);
        _console.Say("Dropping the socket without a word (1006).");
        await _simulator.DropSocketsAsync(_stop.Aborting);
    });

    private Task KillTielineAsync()
    {
        _console.Say($"kill -9 {_children.Tieline.Pid}");
        _children.Tieline.Kill();
        return Task.CompletedTask;
    }

    private void Watch(SupervisedChild child, bool causesGaps, string note)
    {
        child.Died = exitCode =>
        {
            var how = exitCode > 128 ? $"killed by signal {exitCode - 128}" : $"exit code {exitCode}";
            _disturbances.Begin($"{child.Name} ended ({how})", causesGaps);
            if (child == _children.Simulator)
                _ledger.Lost(_time.GetUtcNow());
            if (child == _children.Crm)
                _isCrmDown = false;
            _console.Say($"{child.Name} has ended ({how}).");
        };
        child.StartedAgain = pid => _console.Say($"{child.Name} is started again, pid {pid}: {note}.");
    }

    private string? Note() => _isCrmDown ? "[CRM down]" : _monitor switch
    {
        { Tieline: null } => "[Tieline is starting]",
        { IsConnected: false } => "[not connected]",
        { Crm: null } => "[CRM is starting]",
        _ => null,
    };

    /// <summary>Something that may fail since one of the children is just gone.</summary>
    private async Task TryAsync(string what, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.WebSockets.WebSocketException || (e is OperationCanceledException && !_stop.Aborting.IsCancellationRequested))
        {
            _console.Say($"Cannot {what}: {e.Message}");
        }
    }

    /// <returns>Whether it came true in time; with a <paramref name="child"/>, its failing to is an error.</returns>
    private async Task<bool> UntilAsync(string what, TimeSpan patience, Func<CancellationToken, Task<bool>> isTrue, SupervisedChild? child = null)
    {
        var began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < patience)
        {
            if (child?.Running.IsFaulted == true)
                await child.Running;
            try
            {
                if (await isTrue(_stop.Aborting))
                    return true;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Not yet.
            }

            await Task.Delay(DemoDefaults.PollInterval, _time, _stop.Aborting);
        }

        if (child is not null)
            throw new StartupException($"waited {patience.TotalSeconds:0} s in vain for {what}. It said last:{Environment.NewLine}{child.Log.LastLines}");
        return false;
    }
}
