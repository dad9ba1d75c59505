using Tieline.Simulator.Details;
using Tieline.Simulator.Notifications;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Streams;

/// <summary>Makes events at a rate, numbers them for each stream and hands them to its open sockets. One lock guards all of it.</summary>
internal sealed partial class StreamHub
{
    private const long PacedQueuedBytes = 64 * 1024 * 1024;
    private const long FloodQueuedBytes = 768 * 1024;
    private const int FloodBatch = 256;
    private const int NotificationBatch = 16;
    private const int MaxPerTick = 100_000;
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan OnTime = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly GenesysSimulatorOptions _options;
    private readonly TimeProvider _time;
    private readonly Dice _dice;
    private readonly ConversationWorld _world;
    private readonly FrameRenderer _renderer;
    private readonly Pulse _room = new();
    private readonly List<EventStream> _streams = [];
    private readonly List<StreamSocket> _sockets = [];
    private readonly byte[] _scratch;
    private readonly ChannelDesk _channels;
    private readonly Notifier _notifier;
    private bool _started;
    private double _rate;
    private double _passing;
    private bool _ledger;
    private bool _stopped;
    private long _made;
    private long _madeAtRate;
    private long _rateSince;
    private long _share;
    private long _sharePassing;

    /// <param name="options">How it behaves.</param>
    /// <param name="details">How the details API does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="makeChannels">Makes the desk of the other API, whose queues are the world's.</param>
    public StreamHub(GenesysSimulatorOptions options, DetailsSettings details, TimeProvider time, Func<ParticipantPool, ChannelDesk> makeChannels)
    {
        _options = options;
        _time = time;
        _dice = new Dice(options.Seed);
        People = new ParticipantPool(_dice, options.Canary);
        History = new History(options.HistoryLimit, details);
        _world = new ConversationWorld(_dice, People) { Pace = Math.Max(1, (long)options.Pace.TotalMilliseconds), Unusual = options.Unusual, Reopen = options.Reopen, ReopenAfter = (long)options.ReopenAfter.TotalMilliseconds };
        _renderer = new FrameRenderer(People);
        _scratch = new byte[_renderer.MaxLength];
        _channels = makeChannels(People);
        _channels.Listening = StartWorld;
        _notifier = new Notifier(options, _channels, People) { Written = OnNotified };
        _ledger = options.Ledger ?? options.Rate > 0;
        Apply(options.Rate, options.Passing);
    }

    public ParticipantPool People { get; }

    /// <summary>What the details API is answered from.</summary>
    public History History { get; }

    /// <summary>What tells the channels.</summary>
    public Notifier Notifier => _notifier;

    /// <summary>Set whenever a figure of the status has changed.</summary>
    public Pulse Changed { get; } = new();

    public void SetRate(double rate, double? passing)
    {
        lock (_gate)
        {
            _stopped = false;
            _ledger = _options.Ledger ?? (_ledger && rate > 0);
            Apply(rate, passing ?? _passing);
        }
        _room.Set();
        Changed.Set();
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            FlushHeld();
            Flush();
        }
        Changed.Set();
    }

    public void Add(StreamSocket socket)
    {
        lock (_gate)
        {
            _sockets.Add(socket);
        }
        Changed.Set();
    }

    public void Remove(StreamSocket socket)
    {
        lock (_gate)
        {
            _sockets.Remove(socket);
            socket.Stream?.Sockets.Remove(socket);
        }
        _room.Set();
        Changed.Set();
    }

    /// <summary>From here on the socket gets what its filter lets through; what it had subscribed to before, no more.</summary>
    public void Subscribe(StreamSocket socket, SubscriptionFilter filter)
    {
        lock (_gate)
        {
            socket.Stream?.Sockets.Remove(socket);
            var stream = _streams.Find(s => s.ClientId == socket.Token.ClientId && s.Filter.Key == filter.Key);
            if (stream is null)
            {
                stream = new EventStream(socket.Token.ClientId, filter, _ledger ? new Ledger() : null) { LastSequence = _options.FirstSequence - 1 };
                _streams.Add(stream);
                if (!_started)
                {
                    _started = true;
                    Apply(_rate, _passing);   // the world starts with its first listener
                }
            }
            socket.Stream = stream;
            stream.Sockets.Add(socket);
            foreach (var frame in stream.Waiting)
            {
                socket.Send(frame);
            }
            stream.Waiting.Clear();
        }
        _room.Set();
        Changed.Set();
    }

    /// <summary>Runs until stopped: ticks when paced, as fast as the sockets take it when not.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TickPeriod, _time);
        while (!stopping.IsCancellationRequested)
        {
            if (!await FloodAsync(stopping))
            {
                if (!await timer.WaitForNextTickAsync(stopping))
                {
                    return;
                }
                Tick();
            }
        }
    }

    /// <summary>Called by a socket when a batch is with the kernel (or, with null, when the socket sends no more).</summary>
    public void OnSent(StreamSocket socket, Batch? batch)
    {
        if (batch is not null && batch.IsFirstWrite())
        {
            lock (_gate)
            {
                batch.Stream.Written += batch.Events;
                var now = _time.GetUtcNow();
                foreach (var line in batch.LedgerLines)
                {
                    batch.Stream.Ledger?.MarkWritten(line, now);
                }
            }
        }
        _room.Set();
        Changed.Set();
    }

    private void Apply(double rate, double passing)
    {
        _rate = rate;
        _passing = passing;
        SwitchHistory(rate);
        _world.Passing = passing;
        _world.OpenTarget = _options.OpenConversations ?? (rate > 0 ? Math.Max(16, (int)Math.Min(5000, rate / 5)) : 5000);
        Rebase();
        _share = 0;
        _sharePassing = 0;
    }

    /// <summary>What is due at the rate counts from now on.</summary>
    private void Rebase()
    {
        _madeAtRate = _made;
        _rateSince = _time.GetTimestamp();
    }

    /// <summary>Notifications are made from what is remembered, so with channels there is no doing without.</summary>
    private void SwitchHistory(double rate) => History.Switch(_channels.HasTopics || (_options.History ?? rate > 0), _world.Opened);

    /// <summary>Whether the slowest reader has taken enough for more to be made: nothing is lost to a reader because it is slow, which nobody would have asked for.</summary>
    private bool HasRoom()
    {
        var most = _rate > 0 ? PacedQueuedBytes : FloodQueuedBytes;
        foreach (var socket in _sockets)
        {
            if (socket.IsSpeaking && socket.QueuedBytes > most)
            {
                return false;
            }
        }
        return true;
    }

    /// <returns>False: it is not for flooding but for ticks.</returns>
    private async ValueTask<bool> FloodAsync(CancellationToken stopping)
    {
        var next = _room.Next;
        lock (_gate)
        {
            if (_rate > 0)
            {
                return false;
            }
            if (!_stopped && (_streams.Exists(s => s.HasListener) || _channels.HasListener()) && HasRoom())
            {
                return Make(_channels.HasTopics ? NotificationBatch : FloodBatch, TimeSpan.Zero) > 0;   // a filter may match nothing: no hot loop for that
            }
        }
        await next.WaitAsync(stopping);
        return true;
    }

    private void Tick()
    {
        lock (_gate)
        {
            if (_rate <= 0 || _stopped || !HasAudience)
            {
                return;
            }
            if (!HasRoom())
            {
                Rebase();   // the rate is missed, not made up for: an event is never older than it was when it could be told
                return;
            }
            var due = (long)(_rate * _time.GetElapsedTime(_rateSince).TotalSeconds) - (_made - _madeAtRate);
            if (due > 0)
            {
                Make((int)Math.Min(due, MaxPerTick), TimeSpan.FromSeconds(due / _rate));
            }
        }
    }

    /// <param name="count">Events that pass the filter of at least one stream or concern a channel; while there are channels alone, all events.</param>
    /// <param name="late">How long ago the first of them was due. After a pause of the whole process their times are spread over it.</param>
    /// <returns>How many were made.</returns>
    private int Make(int count, TimeSpan late)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var behind = late > OnTime ? late.TotalMilliseconds : 0;
        var made = 0;
        // A filter may match next to nothing: then the rate is missed rather than the lock held for ever.
        for (var attempts = (count * 20L) + 200; made < count && attempts > 0 && !_stopped && HasRoom(); attempts--)
        {
            var pass = _sharePassing + 1 <= (_passing * (_share + 1)) + 1e-9;
            var happened = _world.Next(pass, now - (long)(behind * (count - made) / count));
            if (!Tell(happened, Number(happened)) && _streams.Count > 0)
            {
                continue;
            }
            made++;
            _made++;
            _share++;
            _sharePassing += pass ? 1 : 0;
            CommitDueByCount();
            if (_made >= _options.MaxEvents)
            {
                _stopped = true;
                FlushHeld();
            }
        }
        Flush();
        Changed.Set();
        return made;
    }

    private bool Number(in MadeEvent made)
    {
        var matched = false;
        foreach (var stream in _streams)
        {
            if (stream.Filter.Matches(made))
            {
                matched = true;
                Number(stream, made);
            }
        }
        return matched;
    }

    private void Number(EventStream stream, in MadeEvent made)
    {
        var sequence = ++stream.LastSequence;
        stream.Made++;
        var line = stream.Ledger?.Add(sequence, made.Kind, made.Conversation.Id, made.Milliseconds, made.Conversation.EndsAgain) ?? -1;
        if (!stream.HasListener)
        {
            return;
        }
        if (_drop > 0)
        {
            _drop--;
            return;
        }
        if (_reorder > 0 || _duplicate > 0 || _fragment > 0)
        {
            Disturb(stream, _scratch.AsSpan(0, _renderer.Render(_scratch, sequence, made)), line);
            return;
        }
        var batch = PendingOf(stream);
        batch.Advance(_renderer.Render(batch.Room(_renderer.MaxLength), sequence, made));
        Count(batch, line);
    }

    private Batch PendingOf(EventStream stream) => stream.Pending ??= new Batch(stream, _rate > 0 ? 2 * _renderer.MaxLength : FloodBatch * 1024);

    private static void Count(Batch batch, int line)
    {
        batch.Events++;
        batch.Stream.Sent++;
        if (line >= 0)
        {
            batch.LedgerLines.Add(line);
        }
    }

    private void Flush()
    {
        foreach (var stream in _streams)
        {
            if (stream.Pending is not { } batch)
            {
                continue;
            }
            stream.Pending = null;
            foreach (var socket in stream.Sockets)
            {
                if (socket.IsSpeaking)
                {
                    socket.Send(batch);
                }
            }
            batch.Release();
        }
    }
}
