using System.Text;
using Tieline.Events;

namespace Tieline.Filtering;

/// <summary>Keep or drop, by the rules. Pure, and on the raw UTF-8: no object is built for an event that is dropped.</summary>
internal sealed class EventFilter(FilterOptions options)
{
    private readonly Rule[] _rules = [.. options.Rules.Select(rule => new Rule(rule))];

    /// <summary>A destination's own.</summary>
    public EventFilter(DestinationFilterOptions options)
        : this(new FilterOptions { Rules = options.Rules })
    {
    }

    public FilterVerdict Decide(in EventSkim skim)
    {
        var verdict = FilterVerdict.Drop;
        foreach (var rule in _rules)
        {
            if (!rule.Fits(skim))
                continue;
            if (!rule.NeedsEvent)
                return FilterVerdict.Keep;
            verdict = FilterVerdict.ReadFirst;
        }

        return verdict;
    }

    public bool Keeps(ConversationEvent read) => Keeps(read.Type, read.State, read.MediaType, read.QueueId);

    public bool Keeps(string type, string? state, string? mediaType, string? queueId)
    {
        foreach (var rule in _rules)
        {
            if (rule.Fits(type, state, mediaType, queueId))
                return true;
        }

        return false;
    }

    private sealed class Rule(FilterRuleOptions options)
    {
        private readonly byte[] _type = Encoding.UTF8.GetBytes(options.Type);
        private readonly byte[][] _states = [.. options.States.Select(Encoding.UTF8.GetBytes)];
        private readonly bool _takesStateless = options.Type == EventKinds.RoutingQueue && options.States.Contains(EventKinds.Queued);

        public bool NeedsEvent { get; } = options.MediaTypes.Count > 0 || options.Queues.Count > 0;

        public bool Fits(in EventSkim skim)
        {
            if (!skim.Type.SequenceEqual(_type))
                return false;
            if (_states.Length == 0)
                return true;
            if (skim.State.IsEmpty)
                return _takesStateless;
            foreach (var state in _states)
            {
                if (skim.State.SequenceEqual(state))
                    return true;
            }

            return false;
        }

        public bool Fits(string type, string? state, string? mediaType, string? queueId) =>
            type == options.Type
            && (options.States.Count == 0 || (state is not null && options.States.Contains(state)))
            && (options.MediaTypes.Count == 0 || (mediaType is not null && options.MediaTypes.Contains(mediaType)))
            && (options.Queues.Count == 0 || (queueId is not null && options.Queues.Contains(queueId)));
    }
}
