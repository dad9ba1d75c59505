namespace CrmReceiver;

/// <summary>Conversations by id, the last touched first; past its size the one untouched for longest is forgotten. Not safe for threads.</summary>
internal sealed class ConversationTable(int max)
{
    /// <summary>Rows the page shows.</summary>
    public const int MaxShown = 50;

    private readonly Dictionary<string, LinkedListNode<Conversation>> _byId = [];
    private readonly LinkedList<Conversation> _byTouch = new();

    public int Count => _byId.Count;

    /// <param name="version">The arrival's number.</param>
    public void Apply(Delivery delivery, long version)
    {
        if (_byId.TryGetValue(delivery.ConversationId, out var node))
        {
            _byTouch.Remove(node);
        }
        else
        {
            if (_byId.Count == max)
            {
                _byId.Remove(_byTouch.Last!.Value.Id);
                _byTouch.RemoveLast();
            }

            node = new LinkedListNode<Conversation>(new Conversation(delivery.ConversationId));
            _byId.Add(delivery.ConversationId, node);
        }

        _byTouch.AddFirst(node);
        node.Value.Apply(delivery, version);
    }

    /// <summary>The last touched first, at most <see cref="MaxShown"/>.</summary>
    public IEnumerable<ConversationLine> ChangedSince(long version) =>
        _byTouch.TakeWhile(conversation => conversation.Version > version).Take(MaxShown).Select(ConversationLine.Of);
}
