using Tieline.Simulator.Http;
using Tieline.Simulator.Streams;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Notifications;

/// <summary>The channels: made, subscribed, opened, renewed and lost. One lock guards all of it; whoever holds the streams' lock may take it, never the other way round.</summary>
internal sealed class ChannelDesk(GenesysSimulatorOptions options, TimeProvider time, TokenDesk tokens, QueueDesk queues, Dice dice)
{
    private const string IdChars = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const string TokenDied = "Authentication Required";
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly List<Channel> _channels = [];
    private readonly Dictionary<string, List<Channel>> _byTopic = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _refused = new(options.RefusedTopics, StringComparer.OrdinalIgnoreCase);

    /// <summary>Set by the owner: there is a first subscription, or a new socket.</summary>
    public Action? Listening { get; set; }

    /// <summary>Whether anything was ever subscribed to.</summary>
    public bool HasTopics { get; private set; }

    /// <summary>Whether a topic of a user was.</summary>
    public bool HasUserTopics { get; private set; }

    /// <summary>Whether one of detail events was.</summary>
    public bool HasDetailTopics { get; private set; }

    public long Created { get; private set; }

    public long Replaced { get; private set; }

    /// <summary>Makes one. When there are too many, the oldest without a socket goes, or the oldest of all.</summary>
    public Channel Create(IssuedToken token)
    {
        lock (_gate)
        {
            Prune();
            var own = _channels.FindAll(channel => channel.Token.ClientId == token.ClientId);
            if (own.Count >= options.ChannelsPerClient)
            {
                Evict(own.Find(channel => !channel.HasOpenSocket) ?? own[0]);
            }
            var id = $"streaming-{dice.Below(10)}-{string.Concat(Enumerable.Range(0, 26).Select(_ => IdChars[dice.Below(IdChars.Length)]))}";
            var made = new Channel(id, token, time.GetUtcNow() + options.ChannelLife);
            _channels.Add(made);
            Created++;
            return made;
        }
    }

    /// <summary>Those alive, oldest first.</summary>
    public IReadOnlyList<Channel> All()
    {
        lock (_gate)
        {
            Prune();
            return [.. _channels];
        }
    }

    /// <returns>Null: there is none, or no more.</returns>
    public Channel? Find(string id)
    {
        lock (_gate)
        {
            Prune();
            return _channels.Find(channel => channel.Id == id);
        }
    }

    /// <returns>Null: the channel is gone.</returns>
    public IReadOnlyList<Topic>? TopicsOf(Channel channel)
    {
        lock (_gate)
        {
            Prune();
            return _channels.Contains(channel) ? [.. channel.Topics] : null;
        }
    }

    /// <summary>Adds topics or puts them in place of those there were; that renews the channel.</summary>
    /// <param name="channel">Which.</param>
    /// <param name="topics">What is asked for; those refused are left out.</param>
    /// <param name="replace">Whether they take the place of the others.</param>
    /// <returns>False: the channel is gone, or it would have too many topics.</returns>
    public bool Subscribe(Channel channel, IReadOnlyList<Topic> topics, bool replace)
    {
        lock (_gate)
        {
            Prune();
            if (!_channels.Contains(channel))
            {
                return false;
            }
            var wanted = (replace ? topics : channel.Topics.Concat(topics)).DistinctBy(topic => topic.Id, StringComparer.OrdinalIgnoreCase).ToList();
            if (wanted.Count > options.TopicsPerChannel)
            {
                return false;
            }
            Unlist(channel);
            channel.Topics.AddRange(wanted);
            foreach (var name in wanted.SelectMany(topic => topic.Expanded))
            {
                List(channel, name);
            }
            channel.Expires = time.GetUtcNow() + options.ChannelLife;
            channel.IsClosingTold = false;
        }
        Listening?.Invoke();
        return true;
    }

    public void Unsubscribe(Channel channel, IReadOnlyCollection<string>? ids = null)
    {
        lock (_gate)
        {
            var left = ids is null ? [] : channel.Topics.FindAll(topic => !ids.Contains(topic.Id, StringComparer.OrdinalIgnoreCase));
            Unlist(channel);
            channel.Topics.AddRange(left);
            foreach (var name in left.SelectMany(topic => topic.Expanded))
            {
                List(channel, name);
            }
        }
    }

    /// <returns>The permission that is missing for a topic; null: none is.</returns>
    public string? Missing(Topic topic)
    {
        lock (_gate)
        {
            foreach (var name in topic.Expanded)
            {
                if (Topic.QueueOf(name) is { } queue && (!queues.Has(queue) || _refused.Contains(queue)))
                {
                    return "routing:queue:view";
                }
                if (_refused.Any(refused => name.Contains(refused, StringComparison.OrdinalIgnoreCase)))
                {
                    return "conversation:communication:view";
                }
            }
            return null;
        }
    }

    /// <summary>Refuses topics from now on; those subscribed stay.</summary>
    /// <param name="topics">Whole topics, or the ids of queues and users. None: all are permitted again.</param>
    public void Refuse(IEnumerable<string> topics)
    {
        lock (_gate)
        {
            _refused.Clear();
            _refused.UnionWith(topics);
        }
    }

    /// <summary>A second socket closes the first.</summary>
    /// <returns>False: the channel is gone.</returns>
    public bool Open(Channel channel, StreamSocket socket)
    {
        lock (_gate)
        {
            Prune();
            if (!_channels.Contains(channel))
            {
                return false;
            }
            channel.Socket?.Close(1000, "another connection was opened");
            channel.Socket = socket;
            channel.IsClosingTold = false;
            channel.MaintenanceAt = null;
            channel.NextHeartbeat = time.GetUtcNow() + options.HeartbeatInterval;
        }
        Listening?.Invoke();
        return true;
    }

    public void Closed(Channel channel, StreamSocket socket)
    {
        lock (_gate)
        {
            if (channel.Socket == socket)
            {
                channel.Socket = null;
            }
        }
    }

    /// <returns>Whether a topic is one that somebody has subscribed to at some time; its open sockets are added to <paramref name="sockets"/>.</returns>
    public bool Listeners(string topic, List<StreamSocket> sockets)
    {
        lock (_gate)
        {
            if (!_byTopic.TryGetValue(topic, out var channels))
            {
                return false;
            }
            foreach (var channel in channels)
            {
                if (channel.Socket is { IsSpeaking: true } socket)
                {
                    sockets.Add(socket);
                }
            }
            return true;
        }
    }

    /// <summary>Open sockets of channels.</summary>
    private List<StreamSocket> Sockets()
    {
        lock (_gate)
        {
            return [.. _channels.Where(channel => channel.HasOpenSocket).Select(channel => channel.Socket!)];
        }
    }

    public bool HasListener()
    {
        lock (_gate)
        {
            return _channels.Exists(channel => channel.Socket is { IsSpeaking: true } && channel.Topics.Count > 0);
        }
    }

    /// <summary>The sockets are told that they will be closed, and are after a time; the channels stay.</summary>
    public void Maintain(TimeSpan notice) => ForEach(channel =>
    {
        Tell(channel, SystemFrames.Closing(channel));
        channel.MaintenanceAt = time.GetUtcNow() + notice;
    });

    /// <summary>Ends the connections of the sockets of the oldest channels without a close frame; the channels stay.</summary>
    public void Cut(int count) => Sockets().Take(count).ToList().ForEach(socket => socket.Abort(reset: false));

    public void Heartbeat(int count) => SendRaw([.. Enumerable.Repeat(SystemFrames.Heartbeat, count)]);

    /// <summary>Sends frames as they are to every open socket.</summary>
    /// <returns>How many there are.</returns>
    public int SendRaw(IReadOnlyList<byte[]> frames)
    {
        var sockets = Sockets().FindAll(socket => socket.IsSpeaking);
        sockets.ForEach(socket =>
        {
            foreach (var frame in frames)
            {
                socket.Send(frame);
            }
        });
        return sockets.Count;
    }

    /// <summary>Tells the sockets that their token is gone; what closes them is the streams' business.</summary>
    public void TellRevoked() => ForEach(channel => Tell(channel, SystemFrames.TokenRevoked(channel)));

    /// <summary>Ends every channel now, as at the end of its life.</summary>
    public void ExpireAll() => ForEach(Expire);

    /// <summary>Replaces every channel, as if as many others had been made.</summary>
    public void EvictAll() => ForEach(Evict);

    /// <summary>Ten times a second: heartbeats, notices and ends.</summary>
    public async Task WatchAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(WatchPeriod, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            lock (_gate)
            {
                Prune();
                _channels.ForEach(Watch);
            }
        }
    }

    private static void Tell(Channel channel, byte[] frame)
    {
        if (channel.Socket is { IsSpeaking: true } socket)
        {
            socket.Send(frame);
        }
    }

    private void Watch(Channel channel)
    {
        var now = time.GetUtcNow();
        if (channel.NextHeartbeat <= now)
        {
            channel.NextHeartbeat = now + options.HeartbeatInterval;
            Tell(channel, SystemFrames.Heartbeat);
        }
        var end = channel.Expires < channel.Token.ExpiresAt ? channel.Expires : channel.Token.ExpiresAt;
        if (!channel.IsClosingTold && end - now <= options.ClosingNotice && channel.HasOpenSocket)
        {
            channel.IsClosingTold = true;
            Tell(channel, SystemFrames.Closing(channel));
        }
        if (channel.MaintenanceAt <= now)
        {
            channel.MaintenanceAt = null;
            channel.Socket?.Close(1001, "maintenance");
        }
    }

    /// <summary>What has outlived itself or its token goes.</summary>
    private void Prune()
    {
        var now = time.GetUtcNow();
        for (var i = _channels.Count - 1; i >= 0; i--)
        {
            var channel = _channels[i];
            if (channel.Expires <= now)
            {
                Expire(channel);
            }
            else if (tokens.Find(channel.Token.Value) is null)
            {
                channel.Socket?.Close(4001, TokenDied);
                Forget(channel);
            }
        }
    }

    private void Expire(Channel channel)
    {
        channel.Socket?.Close(1001, "channel expired");
        Forget(channel);
    }

    private void Evict(Channel channel)
    {
        Tell(channel, SystemFrames.NoLongerSubscribed(channel));
        channel.Socket?.Close(1000, "replaced");
        Forget(channel);
        Replaced++;
    }

    private void Forget(Channel channel)
    {
        Unlist(channel);
        _channels.Remove(channel);
    }

    private void List(Channel channel, string topic)
    {
        HasTopics = true;
        HasUserTopics |= Topic.IsOfUser(topic);
        HasDetailTopics |= topic.StartsWith(DetailEvents.Topic, StringComparison.OrdinalIgnoreCase);
        if (!_byTopic.TryGetValue(topic, out var channels))
        {
            _byTopic[topic] = channels = [];
        }
        if (!channels.Contains(channel))
        {
            channels.Add(channel);
        }
    }

    /// <summary>The topics stay known: what happens under them is told from then on, whether or not a channel lives.</summary>
    private void Unlist(Channel channel)
    {
        foreach (var name in channel.Topics.SelectMany(topic => topic.Expanded))
        {
            _byTopic[name].Remove(channel);
        }
        channel.Topics.Clear();
    }

    private void ForEach(Action<Channel> act)
    {
        lock (_gate)
        {
            Prune();
            foreach (var channel in _channels.ToArray())
            {
                act(channel);
            }
        }
    }
}
