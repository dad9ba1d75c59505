namespace Tieline.Genesys;

/// <summary>Which topics the configuration asks for, given the queues that there are. Pure.</summary>
/// <param name="Problems">What cannot be asked for, and why; one sentence each.</param>
internal sealed record TopicList(IReadOnlyList<PlannedTopic> Topics, IReadOnlyList<string> Problems)
{
    /// <summary>Whether the configuration can be answered only by looking at the list of queues.</summary>
    public static bool NeedsQueues(NotificationOptions options) => options.Queues.Any(queue => !IsId(queue));

    /// <param name="queues">Those that Genesys lists; null where they are not known, so that a name can be neither found nor missed.</param>
    /// <returns>Each topic once, whatever its case; those asked for by name first.</returns>
    public static TopicList Of(NotificationOptions options, IReadOnlyCollection<RoutingQueue>? queues)
    {
        var problems = new List<string>();
        var topics = new List<PlannedTopic>();
        foreach (var queue in options.Queues.Where(queue => !IsEvery(queue)))
        {
            var ids = IsId(queue) ? [queue.Trim()] : Named(queue, queues);
            topics.AddRange(ids.Select(id => new PlannedTopic(TopicName.OfQueue(id), IsExplicit: true)));
            if (ids.Count == 0 && queues is not null)
                problems.Add($"Genesys:Notifications:Queues names '{queue}', but no queue that the OAuth client can see ({queues.Count} of them) has that name; check it, and the client's divisions");
        }

        topics.AddRange(options.Users.Select(user => new PlannedTopic(TopicName.OfUser(user.Trim()), IsExplicit: true)));
        topics.AddRange(Raw(options.Topics, problems).Select(topic => new PlannedTopic(topic, IsExplicit: true)));
        if (options.Queues.Any(IsEvery) && queues is not null)
        {
            topics.AddRange(queues.OrderBy(queue => queue.Id, StringComparer.OrdinalIgnoreCase).Select(queue => new PlannedTopic(TopicName.OfQueue(queue.Id), IsExplicit: false)));
            if (queues.Count == 0)
                problems.Add("Genesys lists no queue. Check that there are any, and that the OAuth client's role has routing:queue:view in their divisions");
        }

        return new TopicList([.. topics.DistinctBy(topic => topic.Topic, StringComparer.OrdinalIgnoreCase)], problems);
    }

    private static List<string> Named(string name, IReadOnlyCollection<RoutingQueue>? queues) =>
        [.. (queues ?? []).Where(queue => string.Equals(queue.Name.Trim(), name.Trim(), StringComparison.OrdinalIgnoreCase)).Select(queue => queue.Id)];

    private static IEnumerable<string> Raw(IList<string> topics, List<string> problems)
    {
        var single = topics.SelectMany(topic => TopicName.Expand(topic.Trim())).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        problems.AddRange(single.Where(TopicName.IsSystem).Select(topic => $"Genesys:Notifications:Topics names '{topic}', which Genesys sends by itself; leave it out"));
        return TopicName.Combine(single.Where(topic => !TopicName.IsSystem(topic)));
    }

    private static bool IsEvery(string queue) => queue.Trim() == NotificationOptions.Every;

    private static bool IsId(string queue) => Guid.TryParseExact(queue.Trim(), "D", out _);
}
