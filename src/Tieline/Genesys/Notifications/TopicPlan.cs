namespace Tieline.Genesys;

/// <summary>Which channel carries which topic. Pure.</summary>
/// <param name="Channels">Each channel's topics, by its number; empty for one that is not needed any more.</param>
/// <param name="LeftOut">What does not fit.</param>
internal sealed record TopicPlan(IReadOnlyList<IReadOnlyList<string>> Channels, IReadOnlyList<string> LeftOut)
{
    /// <summary>Genesys allows 1,000; a tenth is kept so that nothing hangs on how it counts.</summary>
    public const int MaxTopics = 900;

    /// <summary>Genesys allows an OAuth client 20; two are kept for those that take over from others.</summary>
    public const int MaxChannels = 18;

    public static TopicPlan Empty { get; } = new([], []);

    /// <summary>What to do about <see cref="LeftOut"/>; null where all fit.</summary>
    public string? Problem => LeftOut.Count == 0
        ? null
        : $"There are {LeftOut.Count} topics more than the {MaxChannels * MaxTopics} that one OAuth client can listen to. Name the queues that matter in Genesys:Notifications:Queues, "
          + "or share them between several Tielines, each with an OAuth client of its own";

    /// <summary>The next plan. A topic that stays keeps its channel: moving it would cost a moment in which nobody listens. New ones go where there is most room; a channel is added only when all are full.</summary>
    /// <param name="topics">Each once. Where there are too many, the first ones win.</param>
    public TopicPlan Next(IReadOnlyList<string> topics)
    {
        var fitting = topics.Take(MaxChannels * MaxTopics).ToList();
        var wanted = fitting.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var channels = Channels.Select(channel => channel.Where(wanted.Contains).ToList()).ToList();
        wanted.ExceptWith(channels.SelectMany(channel => channel));

        // From nothing, as many as are needed are filled at once: evenly.
        var needed = (fitting.Count + MaxTopics - 1) / MaxTopics;
        var used = channels.Count(channel => channel.Count > 0);
        var open = channels.Where(channel => channel.Count > 0).ToList();
        foreach (var empty in channels.Where(channel => channel.Count == 0).Take(needed - used))
            open.Add(empty);
        while (open.Count < needed)
        {
            channels.Add([]);
            open.Add(channels[^1]);
        }

        var room = new PriorityQueue<List<string>, (int, int)>(open.Select((channel, number) => (channel, (channel.Count, number))));
        foreach (var topic in fitting.Where(wanted.Contains))
        {
            room.TryDequeue(out var channel, out var order);
            channel!.Add(topic);
            room.Enqueue(channel, (channel.Count, order.Item2));
        }

        return new TopicPlan([.. channels], [.. topics.Skip(fitting.Count)]);
    }
}
