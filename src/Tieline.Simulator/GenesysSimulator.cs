using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Details;
using Tieline.Simulator.Http;
using Tieline.Simulator.Notifications;
using Tieline.Simulator.Streams;
using Tieline.Simulator.World;

namespace Tieline.Simulator;

/// <summary>A Genesys on loopback: the token endpoint, the analytics event stream, the notifications, faults on demand and a control API.</summary>
public sealed class GenesysSimulator : IAsyncDisposable
{
    /// <summary>Path of the stream under <see cref="Url"/>.</summary>
    public const string StreamPath = "/api/v2/analytics/events/stream";

    /// <summary>Path of the token endpoint under <see cref="Url"/>.</summary>
    public const string TokenPath = "/oauth/token";

    /// <summary>Path of the details API under <see cref="Url"/>, with a slash at the end: <c>query</c> and <c>jobs</c> follow.</summary>
    public const string DetailsPath = "/api/v2/analytics/conversations/details/";

    /// <summary>Path of the notification channels under <see cref="Url"/>.</summary>
    public const string ChannelsPath = "/api/v2/notifications/channels";

    /// <summary>Path of the channels' sockets under <see cref="Url"/>, with a slash at the end: the channel's id follows.</summary>
    public const string ChannelPath = "/channels/";

    /// <summary>Path of the list of queues under <see cref="Url"/>.</summary>
    public const string QueuesPath = "/api/v2/routing/queues";

    /// <summary>Path of the list of topics under <see cref="Url"/>.</summary>
    public const string AvailableTopicsPath = "/api/v2/notifications/availabletopics";

    private const string ConversationPath = "/api/v2/conversations/";
    private const string AnalyticsPath = "/api/v2/analytics/conversations/";
    private const string OneDetails = "/details";
    private const string ManyDetails = "/api/v2/analytics/conversations/details";

    /// <summary>Path of the control API under <see cref="Url"/> and <see cref="ControlUrl"/>.</summary>
    public const string ControlPath = "/_simulator/";

    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _closingNotice;
    private readonly StreamHub _hub;
    private readonly TokenDesk _tokens;
    private readonly FaultDesk _faults;
    private readonly Counters _counters;
    private readonly TokenEndpoint _tokenEndpoint;
    private readonly StreamEndpoint _streamEndpoint;
    private readonly DetailsSettings _details;
    private readonly JobDesk _jobs;
    private readonly DetailsEndpoint _detailsEndpoint;
    private readonly GenesysControl _control;
    private readonly QueueDesk _queues;
    private readonly ChannelDesk _channels;
    private readonly ChannelsEndpoint _channelsEndpoint;
    private readonly ChannelSocketEndpoint _channelSocketEndpoint;
    private readonly QueuesEndpoint _queuesEndpoint;
    private readonly TopicsEndpoint _topicsEndpoint;
    private readonly ConversationEndpoint _conversationEndpoint;
    private readonly ConcurrentBag<Task> _loops = [];
    private Site _site = null!;
    private ITimer? _refusalEnd;

    private GenesysSimulator(GenesysSimulatorOptions options, TimeProvider time)
    {
        _time = time;
        _closingNotice = options.ClosingNotice;
        // Chance of its own for what clients cause, so that the conversations depend on the seed alone.
        var dice = new Dice(options.Seed ^ 0x5EED);
        var errors = new ApiErrors(new Dice(options.Seed ^ 0xE44));
        _details = new DetailsSettings(options);
        _tokens = new TokenDesk(options, time, dice);
        QueueDesk? queues = null;
        ChannelDesk? channels = null;
        _hub = new StreamHub(options, _details, time, MakeChannels) { Commit = fault => _loops.Add(CommitAsync(fault)) };
        (_queues, _channels) = (queues!, channels!);
        _faults = new FaultDesk(time);
        _counters = new Counters(time);
        _tokenEndpoint = new TokenEndpoint(options, _tokens, _faults, errors, _counters, _stopping.Token);
        var bearer = new BearerCheck(options, _tokens);
        var sockets = new SocketServer(time, _hub, _counters);
        _streamEndpoint = new StreamEndpoint(options, time, _hub, sockets, bearer, _faults, errors, _counters);
        _jobs = new JobDesk(new Dice(options.Seed ^ 0x10B));
        var builder = new RecordBuilder(_hub.People);
        var writer = new RecordWriter(_hub.People);
        var search = new DetailsSearch(_hub.History, builder);
        var answers = new DetailsAnswer(writer);
        var limit = new RateLimit(_details, time);
        var door = new ApiDoor(time, bearer, limit, _faults, errors, _counters, _stopping.Token);
        _detailsEndpoint = new DetailsEndpoint(
            _details, time, door, _faults, _counters, search, answers, new DetailsJobs(options, time, _jobs, search, answers, _counters));
        _channelsEndpoint = new ChannelsEndpoint(options, door, _channels);
        _channelSocketEndpoint = new ChannelSocketEndpoint(_hub, _channels, sockets, _faults, errors, _counters);
        _queuesEndpoint = new QueuesEndpoint(door, _queues);
        _topicsEndpoint = new TopicsEndpoint(door);
        _conversationEndpoint = new ConversationEndpoint(time, door, _details, _hub.History, builder, writer, answers, _hub.Notifier);
        _control = new GenesysControl(this);
        Errors = errors;

        ChannelDesk MakeChannels(ParticipantPool people)
        {
            queues = new QueueDesk(people, options.ExtraQueues, new Dice(options.Seed ^ 0x90E0E));
            return channels = new ChannelDesk(options, time, _tokens, queues, new Dice(options.Seed ^ 0xC4A1));
        }
    }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url => _site.Url;

    /// <summary>Where the control API answers even while <see cref="Url"/> refuses connections.</summary>
    public string ControlUrl => _site.ControlUrl;

    /// <summary>The stream's <c>ws://</c> address.</summary>
    public string StreamUrl => "ws" + Url["http".Length..] + StreamPath;

    /// <summary>The token endpoint's address.</summary>
    public string TokenUrl => Url + TokenPath;

    /// <summary>The root of the API: the address that <c>/api/v2/…</c> is under, without a slash at the end.</summary>
    public string ApiUrl => Url;

    /// <summary>The address of the details query.</summary>
    public string DetailsUrl => Url + DetailsPath + "query";

    /// <summary>The address of the details jobs.</summary>
    public string DetailsJobsUrl => Url + DetailsPath + "jobs";

    /// <summary>The address of the notification channels.</summary>
    public string ChannelsUrl => Url + ChannelsPath;

    /// <summary>The address of the list of queues.</summary>
    public string QueuesUrl => Url + QueuesPath;

    /// <summary>The queues that are listed: first those that have conversations.</summary>
    public IReadOnlyList<QueueEntry> Queues => _queues.All;

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
        simulator._loops.Add(Loop(simulator._channels.WatchAsync, simulator._stopping.Token));
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

    /// <summary>Changes how the details API behaves from now on.</summary>
    /// <exception cref="FormatException">What is wrong with it and what is allowed.</exception>
    public void ChangeDetails(DetailsChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Problem() is { } problem)
        {
            throw new FormatException(problem);
        }
        _details.Apply(change);
    }

    /// <summary>Makes no more events; sockets stay open.</summary>
    public void Stop() => _hub.Stop();

    /// <summary>Lists one more queue, which has no conversations.</summary>
    public QueueEntry AddQueue(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _queues.Add(name);
    }

    /// <summary>Lists a queue no more and refuses its topics. What is subscribed stays, and so do its conversations.</summary>
    /// <returns>False: it was not listed.</returns>
    public bool RemoveQueue(string id) => _queues.Remove(id);

    /// <summary>Refuses these topics from now on, and no others: whole ones, or the ids of queues and users.</summary>
    public void RefuseTopics(IEnumerable<string> topics) => _channels.Refuse(topics);

    /// <summary>Sends text frames verbatim to every subscribed socket of a stream (without one, to the next) and to every socket of a channel.</summary>
    /// <returns>How many sockets get them now.</returns>
    public int Emit(IReadOnlyList<byte[]> messages)
    {
        var frames = messages.Select(message => Frames.Make(Frames.FinalText, message)).ToList();
        return _hub.SendRaw(frames) + _channels.SendRaw(frames);
    }

    /// <summary>The passing events of all conversations that a stream or a channel was told anything of, whether or not anybody was listening:
    /// what the notifications and the details API of these conversations come to. In the order in which they became known; none has a sequence.</summary>
    public IEnumerable<LedgerLine> Facts() => _hub.Facts();

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
        if (path.StartsWith(DetailsPath, StringComparison.Ordinal))
        {
            return _detailsEndpoint.HandleAsync(context, path[DetailsPath.Length..], _hub.Changed.Set);
        }
        if (path.StartsWith(ChannelsPath, StringComparison.Ordinal))
        {
            return _channelsEndpoint.HandleAsync(context, path[ChannelsPath.Length..], _hub.Changed.Set);
        }
        if (path.StartsWith(ChannelPath, StringComparison.Ordinal))
        {
            return _channelSocketEndpoint.HandleAsync(context, path[ChannelPath.Length..]);
        }
        return (context.Request.Method, path) switch
        {
            ("GET", AvailableTopicsPath) => _topicsEndpoint.HandleAsync(context, _hub.Changed.Set),
            ("GET", QueuesPath) => _queuesEndpoint.HandleAsync(context, _hub.Changed.Set),
            ("GET", _) when path.StartsWith(ConversationPath, StringComparison.Ordinal) =>
                _conversationEndpoint.LiveAsync(context, path[ConversationPath.Length..], _hub.Changed.Set),
            ("GET", ManyDetails) => _conversationEndpoint.DetailsOfManyAsync(context, _hub.Changed.Set),
            ("GET", _) when path.StartsWith(AnalyticsPath, StringComparison.Ordinal) && path.EndsWith(OneDetails, StringComparison.Ordinal) =>
                _conversationEndpoint.DetailsAsync(context, path[AnalyticsPath.Length..^OneDetails.Length], _hub.Changed.Set),
            ("POST", TokenPath) => _tokenEndpoint.HandleAsync(context, _hub.Changed.Set),
            ("GET", StreamPath) => _streamEndpoint.HandleAsync(context),
            _ => Errors.WriteAsync(context, new ApiError(404)),
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
            case "drop": Both(_hub.Drop, _hub.Notifier.Drop, count); break;
            case "duplicate": Both(_hub.Duplicate, _hub.Notifier.Duplicate, count); break;
            case "swap": Both(n => _hub.Reorder(2, n), _hub.Notifier.Swap, count); break;
            case "reorder": Both(n => _hub.Reorder(fault.Within!.Value, n), n => _hub.Notifier.Reorder(fault.Within!.Value, n), count); break;
            case "reset": _hub.ResetNumbering(fault.To ?? 1); break;
            case "fragment": Both(n => _hub.Fragment(n, fault.Parts ?? 3), n => _hub.Notifier.Fragment(n, fault.Parts ?? 3), count); break;
            case "malformed":
                _hub.SendMalformed(fault.What!, count);
                _channels.SendRaw([.. Enumerable.Repeat(Simulator.Faults.MalformedFrames.Make(fault.What!, 0, _time.GetUtcNow()), count)]);
                break;
            case "heartbeat":
                _hub.SendRaw([.. Enumerable.Repeat(Simulator.Faults.MalformedFrames.Heartbeat, count)]);
                _channels.Heartbeat(count);
                break;
            case "notification": Notify(fault.What!, count); break;
            case "channel": EndChannels(fault); break;
            case "handshake" or "token" or "details" or "channels" or "subscriptions" or "queues" or "conversation": _faults.Set(fault); break;
            case "revoke":
                _channels.TellRevoked();
                _tokens.RevokeAll();
                _hub.CloseAllTokens();
                break;
            case "refuse": await RefuseAsync(fault, keep); break;
            case "clear":
                _faults.Clear();
                _hub.ClearFaults();
                _hub.Notifier.ClearFaults();
                await _site.AcceptAsync();
                break;
            default: throw new FormatException(fault.Problem());
        }
        _hub.Changed.Set();
    }

    /// <summary>What either API may have happen to it.</summary>
    private static void Both(Action<int> stream, Action<int> notifications, int count)
    {
        stream(count);
        notifications(count);
    }

    private void Notify(string what, int count)
    {
        switch (what)
        {
            case "stale": _hub.Notifier.Stale(count); break;
            case "transitional": _hub.Notifier.Odd(Oddity.Transitional, count); break;
            case "unknownEnum": _hub.Notifier.Odd(Oddity.UnknownEnum, count); break;
            case "unknownMember": _hub.Notifier.Odd(Oddity.UnknownMember, count); break;
            default: _hub.Notifier.Odd(Oddity.Big, count); break;
        }
    }

    private void EndChannels(SimulatorFault fault)
    {
        switch (fault.What)
        {
            case "closing": _channels.Maintain(fault.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : _closingNotice); break;
            case "expire": _channels.ExpireAll(); break;
            case "cut": _channels.Cut(fault.Count ?? 1); break;
            default: _channels.EvictAll(); break;
        }
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
        var channels = _channels.All();
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
            Channels = channels.Count,
            ChannelsCreated = _channels.Created,
            ChannelsReplaced = _channels.Replaced,
            Topics = channels.Sum(channel => channel.Topics.Count),
            ChannelSockets = channels.Count(channel => channel.HasOpenSocket),
            TopicsHeard = [.. channels.Where(channel => channel.HasOpenSocket).Select(channel => channel.Topics.Count)],
            Notifications = _hub.Notifier.Sent,
            NotificationsWritten = _hub.Notifier.Taken,
            Facts = figures.Facts,
            ApiRequests = _counters.Api,
            TokensIssued = _tokens.Issued,
            TokenRequests = _counters.TokenRequests,
            Handshakes = _counters.Handshakes,
            DetailsRequests = _counters.Details,
            DetailsJobs = _jobs.Submitted,
            DetailsRows = _counters.Rows,
            History = _hub.History.Count,
            Subscribes = _counters.Subscribes,
            MessagesIgnored = _counters.Ignored,
            Pings = _counters.Pings,
            LastSubscribe = _counters.LastMessage,
            Closes = _counters.Closes(),
        };
    }
}
