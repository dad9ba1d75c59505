using Tieline.Genesys;

namespace Tieline.Service.Doctor;

/// <summary>Subscribes a channel to all that is configured, and tells what Genesys made of each topic.</summary>
internal sealed class TopicCheck(GenesysAccess genesys)
{
    private const string Name = "topics";

    /// <param name="channel">It takes all topics, a part after the other where there are more than fit on one: each part replaces the one before.</param>
    public async Task<IReadOnlyList<Finding>> RunAsync(NotificationChannel channel, CancellationToken cancellation)
    {
        var queues = await genesys.QueuesAsync(cancellation) is ChannelOutcome<IReadOnlyList<RoutingQueue>>.Ok(var known) ? known : null;
        var list = TopicList.Of(genesys.Options.Notifications, queues);
        var plan = TopicPlan.Empty.Next([.. list.Topics.Select(topic => topic.Topic)]);
        var table = new TopicTable();
        table.Expect(list.Topics, []);
        var findings = new List<Finding>();
        foreach (var part in plan.Channels)
        {
            var outcome = await genesys.Channels.SubscribeAsync(channel, part, cancellation);
            if (outcome is ChannelOutcome<IReadOnlyList<TopicResult>>.Ok(var results))
                table.Note(results, genesys.Time.GetUtcNow());
            else
                findings.Add(Trouble(outcome, part.Count));
        }

        findings.AddRange(list.Problems.Append(plan.Problem).OfType<string>().Select(problem => Finding.Of(Name, null, Verdict.Fail, problem, "Check Genesys:Notifications.")));
        if (table.Permitted > 0)
            findings.Insert(0, new Finding(Name, null, Verdict.Pass, $"{table.Permitted:N0} of {list.Topics.Count:N0} topics are permitted"));
        else if (list.Topics.Count == 0)
            findings.Insert(0, new Finding(Name, null, Verdict.Fail, "there is nothing to listen to", "Name queues, users or topics in Genesys:Notifications, or let the OAuth client see the queues."));
        findings.AddRange(table.Results.Where(result => !result.IsPermitted).Select(result => Refused(result, list, table.Permitted > 0)));
        return findings;
    }

    /// <summary>One that <c>*</c> found is a division's that nobody may have wanted; one by name is missed.</summary>
    private static Finding Refused(TopicResult result, TopicList list, bool anyPermitted)
    {
        var wasFound = anyPermitted && list.Topics.Any(topic => !topic.IsExplicit && string.Equals(topic.Topic, result.Topic, StringComparison.OrdinalIgnoreCase));
        return new Finding(
            Name, result.Topic, wasFound ? Verdict.Warn : Verdict.Fail, "Genesys refuses it",
            result.MissingPermissions.Count == 0
                ? "Check the roles and divisions of the OAuth client."
                : $"The OAuth client's role needs {string.Join(", ", result.MissingPermissions)}, in this one's division too.");
    }

    private static Finding Trouble<T>(ChannelOutcome<T> outcome, int count)
    {
        var reason = outcome switch
        {
            ChannelOutcome<T>.Refused refused => refused.Reason,
            ChannelOutcome<T>.TokenRefused refused => refused.Reason,
            ChannelOutcome<T>.Retry retry => retry.Reason,
            _ => "the channel was gone before it was subscribed",
        };
        return Finding.Of(Name, null, Verdict.Fail, $"{count:N0} topics could not be asked for: {reason}", "Try again in a while.");
    }
}
