using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>Tells a conversation that a read goes over twice. Remembers the newest: what comes twice comes within a day's records.</summary>
internal sealed class SeenConversations
{
    public const int Capacity = 1_000_000;

    private readonly HashSet<long> _keys = [];
    private readonly Queue<long> _order = new();

    /// <returns>False if it was there.</returns>
    public bool TryAdd(string conversation)
    {
        var key = ConversationIndex.KeyOf(conversation);
        if (!_keys.Add(key))
            return false;
        _order.Enqueue(key);
        if (_order.Count > Capacity)
            _keys.Remove(_order.Dequeue());
        return true;
    }
}
