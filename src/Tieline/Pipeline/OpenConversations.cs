using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>The conversations of which the journal has events and no end, by going over it once and then over what is new. Not for several threads at once.</summary>
/// <remarks>Bounded: those heard of last are kept. One that is forgotten here, or whose events retention has removed, is found by its time alone.</remarks>
internal sealed class OpenConversations
{
    public const int Capacity = 50_000;

    private const int AtOnce = 10_000;

    private readonly Dictionary<string, (DateTimeOffset First, DateTimeOffset Last)> _open = new(StringComparer.Ordinal);
    private JournalPosition _through = new(0);

    public int Count => _open.Count;

    /// <param name="read">Reads what is behind a position, so many events at most.</param>
    public async Task FollowAsync(Func<JournalPosition, int, IReadOnlyList<ConversationSign>> read, CancellationToken stopping)
    {
        while (read(_through, AtOnce) is { Count: > 0 } signs)
        {
            stopping.ThrowIfCancellationRequested();
            foreach (var sign in signs)
                Take(sign);
            _through = signs[^1].Position;
            if (_open.Count > 2 * Capacity)
                Trim();
            await Task.Yield(); // a journal of a week is long, and others want to go on too
        }
    }

    /// <summary>Nothing more is to be asked of it.</summary>
    public void Forget(string conversation) => _open.Remove(conversation);

    /// <summary>Those of which something happened before.</summary>
    public UnendedConversations BegunBefore(DateTimeOffset end) => new(_open.Where(one => one.Value.First < end).OrderByDescending(one => one.Value.Last).Select(one => one.Key));

    private void Take(ConversationSign sign)
    {
        if (sign.IsEnd)
            _open.Remove(sign.Conversation);
        else if (_open.TryGetValue(sign.Conversation, out var known))
            _open[sign.Conversation] = (known.First < sign.At ? known.First : sign.At, known.Last > sign.At ? known.Last : sign.At);
        else
            _open.Add(sign.Conversation, (sign.At, sign.At));
    }

    private void Trim()
    {
        foreach (var (conversation, _) in _open.OrderBy(one => one.Value.Last).Take(_open.Count - Capacity).ToList())
            _open.Remove(conversation);
    }
}
