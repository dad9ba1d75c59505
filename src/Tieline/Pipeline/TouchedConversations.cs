namespace Tieline.Pipeline;

/// <summary>Conversations of which something came out of its turn: fetched, late, or old. Only their live events may repeat what came over another path, so only those are looked up.</summary>
/// <remarks>Remembers the newest; with more than these touched at once, a live event that repeats an older one's is sent again, under the same id.</remarks>
internal sealed class TouchedConversations
{
    public const int Capacity = 262_144;

    private readonly HashSet<long> _keys = [];
    private readonly Queue<long> _order = new();

    public void Add(string conversation)
    {
        var key = Journal.ConversationIndex.KeyOf(conversation);
        if (!_keys.Add(key))
            return;
        _order.Enqueue(key);
        if (_order.Count > Capacity)
            _keys.Remove(_order.Dequeue());
    }

    public bool Contains(string conversation) => _keys.Count > 0 && _keys.Contains(Journal.ConversationIndex.KeyOf(conversation));
}
