using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>What is remembered of one conversation. One thread writes; any may read meanwhile, without a lock: facts are only ever appended.</summary>
internal sealed class PastConversation(Conversation conversation, long first, long start, int lead)
{
    private const int MostNoise = 32;
    private Fact[] _facts = new Fact[8];
    private int _count;
    private volatile bool _ended;

    public Guid Id { get; } = conversation.Id;

    public MediaType Media { get; } = conversation.Media;

    public int Customer { get; } = conversation.Customer;

    /// <summary>Whether it goes straight to an agent.</summary>
    public bool IsDirect { get; } = conversation.IsDirect;

    public Course Course { get; } = conversation.Course;

    /// <summary>What the legs of the queues and of those who take it are over.</summary>
    public MediaType MainMedia => Course == Course.Callback ? MediaType.Callback : Media;

    /// <summary>All of its media.</summary>
    public IEnumerable<MediaType> AllMedia => Courses.More(Course) is { } more ? [Media, more] : [Media];

    /// <summary>When it began, Unix milliseconds: before its first event.</summary>
    public long Start => start;

    /// <summary>How long it spent before it came to a queue or an agent, in milliseconds, had it not begun earlier.</summary>
    public int Lead => lead;

    /// <summary>When a stream or a channel first had an event of it.</summary>
    public long StreamedAt { get; set; } = long.MaxValue;

    public bool HasEnded => _ended;

    public void Add(in MadeEvent made)
    {
        if (IsNoise(made.Kind) && _count >= MostNoise)
        {
            return;
        }
        var facts = _facts;
        if (_count == facts.Length)
        {
            Array.Resize(ref facts, _count * 2);
        }
        facts[_count] = new Fact((int)(made.Milliseconds - first), made.Kind, (byte)made.Conversation.Queue, (byte)made.Conversation.Agent);
        Volatile.Write(ref _facts, facts);
        Volatile.Write(ref _count, _count + 1);   // after the fact itself: who sees the count sees the fact
        _ended = made.Kind is EventKind.Completed or EventKind.Abandoned;
    }

    /// <summary>What had happened by a time.</summary>
    public ReadOnlySpan<Fact> Until(long asOf)
    {
        var count = Volatile.Read(ref _count);
        var facts = Volatile.Read(ref _facts);
        while (count > 0 && TimeOf(facts[count - 1]) > asOf)
        {
            count--;
        }
        return facts.AsSpan(0, count);
    }

    /// <returns>When its last event was, if it had ended by a time.</returns>
    public long? EndedAt(long asOf) =>
        Until(asOf) is [.., { Kind: EventKind.Completed or EventKind.Abandoned } last] ? TimeOf(last) : null;

    /// <summary>Its <c>conversationEnd</c>. A customer may leave before the wrap-up is done: then that may be before its last event.</summary>
    public long? EndAsOf(long asOf)
    {
        var facts = Until(asOf);
        if (facts is not [.., { Kind: EventKind.Completed or EventKind.Abandoned } last])
        {
            return null;
        }
        if (last.Kind == EventKind.Completed && Course != Course.ToNumber && new Traits(Id).Chance(Trait.EndBeforeWrapup, 0.5))
        {
            long? wrapup = null;
            for (var i = facts.Length - 1; i >= 0 && facts[i].Kind != EventKind.RoutingQueue; i--)   // only the last leg of an episode has one
            {
                wrapup = facts[i].Kind == EventKind.Wrapup ? TimeOf(facts[i]) : wrapup;
            }
            return wrapup ?? TimeOf(last);
        }
        return TimeOf(last);
    }

    public long TimeOf(in Fact fact) => first + fact.After;

    private static bool IsNoise(EventKind kind) => kind is EventKind.Talk or EventKind.Hold or EventKind.Unknown or EventKind.Waiting or EventKind.Queued;
}
