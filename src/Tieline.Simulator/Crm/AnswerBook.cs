namespace Tieline.Simulator.Crm;

/// <summary>What requests are to be answered, in the order in which it was asked for; a conversation's own answers come first.</summary>
internal sealed class AnswerBook
{
    private const string Everybody = "";
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<(CrmAnswer Answer, int? Left)>> _queues = new(StringComparer.Ordinal);
    private volatile bool _isEmpty = true;

    public void Add(CrmFault fault)
    {
        lock (_gate)
        {
            if (fault.Clear is true)
            {
                _queues.Clear();
            }
            var only = fault with { Clear = null, Count = null, ConversationId = null };
            if (fault.Clear is not true || only != new CrmFault())
            {
                var key = fault.ConversationId ?? Everybody;
                if (!_queues.TryGetValue(key, out var queue))
                {
                    _queues.Add(key, queue = new Queue<(CrmAnswer, int?)>());
                }
                if (queue.TryPeek(out var first) && first.Left is null)
                {
                    queue.Clear();   // what was to go on for ever gives way
                }
                queue.Enqueue((only, fault.Count));
            }
            _isEmpty = _queues.Count == 0;
        }
    }

    public CrmAnswer? Take(string? conversation)
    {
        if (_isEmpty)
        {
            return null;
        }
        lock (_gate)
        {
            var answer = (conversation is null ? null : TakeFrom(conversation)) ?? TakeFrom(Everybody);
            _isEmpty = _queues.Count == 0;
            return answer;
        }
    }

    private CrmAnswer? TakeFrom(string key)
    {
        if (!_queues.TryGetValue(key, out var queue))
        {
            return null;
        }
        var (answer, left) = queue.Peek();
        if (left is null)
        {
            return answer;
        }
        queue.Dequeue();
        if (left > 1)
        {
            // Put back in front: a queue has no such call, and these are short.
            var rest = queue.ToArray();
            queue.Clear();
            queue.Enqueue((answer, left - 1));
            Array.ForEach(rest, queue.Enqueue);
        }
        if (queue.Count == 0)
        {
            _queues.Remove(key);
        }
        return answer;
    }
}
