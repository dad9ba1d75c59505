using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>The conversations of which the journal has events and no end, or one of late, by going over it once and then over what is new. Not for several threads at once.</summary>
/// <remarks>Bounded: those that go on and were heard of last are kept. One that is forgotten here, or whose events retention has removed, is found by its time alone.</remarks>
/// <param name="endedSince">Where there are too many, those that ended before are forgotten first; null: before the last hour of events.</param>
internal sealed class OpenConversations(DateTimeOffset? endedSince = null)
{
    public const int Capacity = 50_000;

    private const int AtOnce = 10_000;

    /// <summary>A gap is settled minutes after it was found. What was missed in it is asked for though its conversation has ended meanwhile.</summary>
    private static readonly TimeSpan _ended = TimeSpan.FromHours(1);

    /// <summary>Of a conversation that began before a gap, the first event that came may be one behind it.</summary>
    private static readonly TimeSpan _silent = TimeSpan.FromDays(1);

    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private DateTimeOffset _newest = DateTimeOffset.MinValue;
    private JournalPosition _through = new(0);

    /// <summary>How many are remembered.</summary>
    public int Count => _known.Count;

    /// <param name="read">Reads what is behind a position, so many events at most.</param>
    public async Task FollowAsync(Func<JournalPosition, int, IReadOnlyList<ConversationSign>> read, CancellationToken stopping)
    {
        while (read(_through, AtOnce) is { Count: > 0 } signs)
        {
            stopping.ThrowIfCancellationRequested();
            foreach (var sign in signs)
                Take(sign);
            _through = signs[^1].Position;
            if (_known.Count > 2 * Capacity)
                Trim();
            await Task.Yield(); // a journal of a week is long, and others want to go on too
        }
    }

    /// <summary>Nothing more is to be asked of it.</summary>
    public void Forget(string conversation) => _known.Remove(conversation);

    /// <summary>Those that may have been there between two times, those heard of last first.</summary>
    public UnendedConversations Between(DateTimeOffset from, DateTimeOffset to) => new(_known
        .Where(one => (!one.Value.IsOver || one.Value.End >= from) && one.Value.First < to.Plus(_silent))
        .OrderByDescending(one => one.Value.Last)
        .Select(one => one.Key));

    private DateTimeOffset EndedSince => endedSince ?? _newest.Minus(_ended);

    private void Take(ConversationSign sign)
    {
        _newest = sign.At > _newest ? sign.At : _newest;
        var known = _known.GetValueOrDefault(sign.Conversation, new Known(sign.At, sign.At, null));
        _known[sign.Conversation] = new Known(
            known.First < sign.At ? known.First : sign.At, known.Last > sign.At ? known.Last : sign.At, sign.IsEnd && !(known.End > sign.At) ? sign.At : known.End);
    }

    /// <summary>First those that ended long ago, then the oldest that ended, then the oldest.</summary>
    private void Trim()
    {
        var since = EndedSince;
        foreach (var (conversation, _) in _known.Where(one => one.Value.IsOver && one.Value.End < since).ToList())
            _known.Remove(conversation);
        foreach (var (conversation, _) in _known.OrderBy(one => !one.Value.IsOver).ThenBy(one => one.Value.Last).Take(_known.Count - Capacity).ToList())
            _known.Remove(conversation);
    }

    /// <param name="End">The newest, in whatever order they stand in the journal.</param>
    private readonly record struct Known(DateTimeOffset First, DateTimeOffset Last, DateTimeOffset? End)
    {
        /// <summary>Nothing of it is newer than its end: it has not been reopened.</summary>
        public bool IsOver => End is { } end && end >= Last;
    }
}
