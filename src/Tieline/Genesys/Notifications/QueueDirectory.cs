namespace Tieline.Genesys;

/// <summary>The queues that Genesys lists, looked up again now and then. One caller at a time.</summary>
internal sealed class QueueDirectory(NotificationOptions options, ChannelClient client, TimeProvider time)
{
    /// <summary>How often.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromMinutes(10);

    /// <summary>A queue is gone when this many looks in a row did not show it: pages shift while they are read, and a topic too many costs nothing.</summary>
    private const int LooksBeforeGone = 2;

    private readonly Dictionary<string, (RoutingQueue Queue, int Unseen)> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>When the last look that succeeded began; null before the first.</summary>
    public DateTimeOffset? LookedAt { get; private set; }

    /// <summary>The topics that are asked for, as far as is known.</summary>
    public TopicList Topics => TopicList.Of(options, LookedAt is null ? null : [.. _known.Values.Select(known => known.Queue)]);

    /// <returns>How it went; what it found is in <see cref="Topics"/>. Where the configuration names no queue to be looked up, none is.</returns>
    public async Task<ChannelOutcome<IReadOnlyList<RoutingQueue>>> LookAsync(CancellationToken cancellation)
    {
        if (!TopicList.NeedsQueues(options))
            return new ChannelOutcome<IReadOnlyList<RoutingQueue>>.Ok([]);
        var startedAt = time.GetUtcNow();
        var outcome = await client.ReadQueuesAsync(cancellation);
        if (outcome is ChannelOutcome<IReadOnlyList<RoutingQueue>>.Ok(var queues))
        {
            Take(queues);
            LookedAt = startedAt;
        }

        return outcome;
    }

    private void Take(IReadOnlyList<RoutingQueue> queues)
    {
        foreach (var (id, known) in _known.ToList())
            _known[id] = known with { Unseen = known.Unseen + 1 };
        foreach (var queue in queues)
            _known[queue.Id] = (queue, 0);
        foreach (var (id, known) in _known.ToList())
        {
            if (known.Unseen >= LooksBeforeGone)
                _known.Remove(id);
        }
    }
}
