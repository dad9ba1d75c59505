using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Http;
using Tieline.Simulator.Streams;
using Tieline.Simulator.World;

namespace Tieline.Simulator;

/// <summary>A Genesys on loopback: the token endpoint, the analytics event stream, faults on demand and a control API.</summary>
public sealed class GenesysSimulator : IAsyncDisposable
{
    /// <summary>Path of the stream under <see cref="Url"/>.</summary>
    public const string StreamPath = "/api/v2/analytics/events/stream";

    /// <summary>Path of the token endpoint under <see cref="Url"/>.</summary>
    public const string TokenPath = "/oauth/token";

    /// <summary>Path of the control API under <see cref="Url"/> and <see cref="ControlUrl"/>.</summary>
    public const string ControlPath = "/_simulator/";

    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _time;
    private readonly StreamHub _hub;
    private readonly TokenDesk _tokens;
    private readonly FaultDesk _faults;
    private readonly Counters _counters;
    private readonly TokenEndpoint _tokenEndpoint;
    private readonly StreamEndpoint _streamEndpoint;
    private readonly GenesysControl _control;
    private readonly ConcurrentBag<Task> _loops = [];
    private Site _site = null!;
    private ITimer? _refusalEnd;

    private GenesysSimulator(GenesysSimulatorOptions options, TimeProvider time)
    {
        _time = time;
        // Chance of its own for what clients cause, so that the conversations depend on the seed alone.
        var dice = new Dice(options.Seed ^ 0x5EED);
        var errors = new ApiErrors(new Dice(options.Seed ^ 0xE44));
        _hub = new StreamHub(options, time) { Commit = fault => _loops.Add(CommitAsync(fault)) };
        _tokens = new TokenDesk(options, time, dice);
        _faults = new FaultDesk(time);
        _counters = new Counters(time);
        _tokenEndpoint = new TokenEndpoint(options, _tokens, _faults, errors, _counters, _stopping.Token);
        _streamEndpoint = new StreamEndpoint(options, time, _hub, _tokens, _faults, errors, _counters);
        _control = new GenesysControl(this);
        Errors = errors;
    }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url => _site.Url;

    /// <summary>Where the control API answers even while <see cref="Url"/> refuses connections.</summary>
    public string ControlUrl => _site.ControlUrl;

    /// <summary>The stream's <c>ws://</c> address.</summary>
    public string StreamUrl => "ws" + Url["http".Length..] + StreamPath;

    /// <summary>The token endpoint's address.</summary>
    public string TokenUrl => Url + TokenPath;

    /// <summary>All figures of this moment.</summary>
    public GenesysStatus Status => MakeStatus();

    private ApiErrors Errors { get; }

    /// <summary>Starts one; it answers when this returns.</summary>
    /// <exception cref="ArgumentException">An option is wrong; the message lists every one that is.</exception>
    public static async Task<GenesysSimulator> StartAsync(
        GenesysSimulatorOptions? options = null, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        options ??= new GenesysSimulatorOptions();
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(options));
        }
        var simulator = new GenesysSimulator(options, time ?? TimeProvider.System);
        simulator._site = await Site.StartAsync(options.Listen, options.ControlListen, simulator.HandleAsync, cancellation);
        foreach (var fault in options.Faults)
        {
            await simulator.InjectAsync(fault);
        }
        simulator._loops.Add(Loop(simulator._hub.RunAsync, simulator._stopping.Token));
        simulator._loops.Add(Loop(simulator._hub.WatchAsync, simulator._stopping.Token));
        return simulator;
    }

    /// <summary>Commits a fault now, or plans it when it says so.</summary>
    /// <exception cref="FormatException">What is wrong with it and what is allowed.</exception>
    public Task InjectAsync(SimulatorFault fault) => InjectAsync(fault, keep: null);

    /// <param name="fault">As above.</param>
    /// <param name="keep">The connection that asked for it, which still wants its answer.</param>
    internal Task InjectAsync(SimulatorFault fault, string? keep)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (fault.Problem() is { } problem)
        {
            throw new FormatException(problem);
        }
        return _hub.Plan(fault) ? Task.CompletedTask : CommitAsync(fault, keep);
    }

    /// <summary>Changes the rate, and the share of passing events when it is given; starts again what was stopped.</summary>
    public void SetRate(double rate, double? passing = null) => _hub.SetRate(rate, passing);

    /// <summary>Makes no more events; sockets stay open.</summary>
    public void Stop() => _hub.Stop();

    /// <summary>Sends text frames verbatim to every subscribed socket; without one, to the next.</summary>
    /// <returns>How many sockets get them now.</returns>
    public int Emit(IReadOnlyList<byte[]> messages) =>
        _hub.SendRaw([.. messages.Select(message => Frames.Make(Frames.FinalText, message))]);

    /// <summary>One line for each event numbered.</summary>
    /// <param name="from">Only sequences from here on.</param>
    /// <param name="stream">Which numbering, from 0, in the order in which they were first subscribed to.</param>
    public IEnumerable<LedgerLine> Ledger(long from = 0, int stream = 0) => _hub.Lines(stream, from);

    /// <summary>Waits until the status is as wanted; looks at every change.</summary>
    public async Task<GenesysStatus> WaitForAsync(Func<GenesysStatus, bool> wanted, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        while (true)
        {
            var next = _hub.Changed.Next;
            var status = Status;
            if (wanted(status))
            {
                return status;
            }
            await next.WaitAsync(cancellation);
        }
    }

    /// <summary>Ends: sockets are closed with 1001.</summary>
    public async ValueTask DisposeAsync()
    {
        _hub.Stop();
        _hub.Close(1001, "going away");
        await _stopping.CancelAsync();
        _refusalEnd?.Dispose();
        await _site.DisposeAsync();
        await Task.WhenAll(_loops);
        _stopping.Dispose();
    }

    private static async Task Loop(Func<CancellationToken, Task> run, CancellationToken stopping)
    {
        try
        {
            await run(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;   // as asked
        }
    }

    private Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith(ControlPath, StringComparison.Ordinal))
        {
            return _control.HandleAsync(context, path[ControlPath.Length..]);
        }
        return (context.Request.Method, path) switch
        {
            ("POST", TokenPath) => _tokenEndpoint.HandleAsync(context, _hub.Changed.Set),
            ("GET", StreamPath) => _streamEndpoint.HandleAsync(context),
            _ => Errors.WriteAsync(context, 404),
        };
    }

    private async Task CommitAsync(SimulatorFault fault, string? keep = null)
    {
        var count = fault.Count ?? 1;
        switch (fault.Kind)
        {
            case "close": _hub.Close(fault.Code ?? 1000, fault.Reason ?? (fault.Code == 4001 ? "Authentication Required" : "")); break;
            case "abort": _hub.Abort(fault.Reset ?? false); break;
            case "silence": _hub.Silence(fault.End is not true, fault.Seconds); break;
            case "drop": _hub.Drop(count); break;
            case "duplicate": _hub.Duplicate(count); break;
            case "swap": _hub.Reorder(2, count); break;
            case "reorder": _hub.Reorder(fault.Within!.Value, count); break;
            case "reset": _hub.ResetNumbering(fault.To ?? 1); break;
            case "fragment": _hub.Fragment(count, fault.Parts ?? 3); break;
            case "malformed": _hub.SendMalformed(fault.What!, count); break;
            case "heartbeat": _hub.SendRaw([.. Enumerable.Repeat(Simulator.Faults.MalformedFrames.Heartbeat, count)]); break;
            case "handshake" or "token": _faults.Set(fault); break;
            case "revoke":
                _tokens.RevokeAll();
                _hub.CloseAllTokens();
                break;
            case "refuse": await RefuseAsync(fault, keep); break;
            case "clear":
                _faults.Clear();
                _hub.ClearFaults();
                await _site.AcceptAsync();
                break;
            default: throw new FormatException(fault.Problem());
        }
        _hub.Changed.Set();
    }

    private async Task RefuseAsync(SimulatorFault fault, string? keep)
    {
        _refusalEnd?.Dispose();
        if (fault.End is true)
        {
            await _site.AcceptAsync();
            return;
        }
        var sockets = _hub.Connections();
        await _site.RefuseAsync(id => id == keep || sockets.Contains(id));
        if (fault.Abort is true)
        {
            _hub.Abort(reset: false);
        }
        if (fault.Seconds is { } seconds)
        {
            _refusalEnd = _time.CreateTimer(_ => _loops.Add(EndRefusalAsync()), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
        }
    }

    private async Task EndRefusalAsync()
    {
        await _site.AcceptAsync();
        _hub.Changed.Set();
    }

    private GenesysStatus MakeStatus()
    {
        var figures = _hub.Figures();
        return new GenesysStatus
        {
            Url = Url,
            ControlUrl = ControlUrl,
            Refusing = _site.IsRefusing,
            Running = figures.Running,
            Rate = figures.Rate,
            Passing = figures.Passing,
            Ledger = figures.Ledger,
            Made = figures.Made,
            Sent = figures.Streams.Sum(stream => stream.Sent),
            Written = figures.Streams.Sum(stream => stream.Written),
            LastSequence = figures.Streams.Count > 0 ? figures.Streams[0].LastSequence : 0,
            Sockets = figures.Sockets,
            Subscribed = figures.Subscribed,
            Streams = figures.Streams,
            TokensIssued = _tokens.Issued,
            TokenRequests = _counters.TokenRequests,
            Handshakes = _counters.Handshakes,
            Subscribes = _counters.Subscribes,
            MessagesIgnored = _counters.Ignored,
            Pings = _counters.Pings,
            LastSubscribe = _counters.LastMessage,
            Closes = _counters.Closes(),
        };
    }
}
