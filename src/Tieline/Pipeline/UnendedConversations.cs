namespace Tieline.Pipeline;

/// <summary>Conversations that are to be asked for by their ids, unless they come before. Not for several threads at once.</summary>
internal sealed class UnendedConversations
{
    private readonly string[] _order;
    private readonly HashSet<string> _left;

    /// <param name="order">In which they are asked for.</param>
    public UnendedConversations(IEnumerable<string> order)
    {
        _order = [.. order];
        _left = new HashSet<string>(_order, StringComparer.Ordinal);
    }

    public int Count => _left.Count;

    /// <summary>It has come.</summary>
    public void Remove(string conversation) => _left.Remove(conversation);

    /// <summary>Of those that have not come, the first.</summary>
    public IReadOnlyList<string> First(int count) => [.. _order.Where(_left.Contains).Take(count)];
}
