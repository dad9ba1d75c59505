using Tieline.Derivation;
using Tieline.Diagnostics;
using Tieline.Filtering;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>The conversations that snapshots have told of and that are not over. Those heard of last are in memory, all are in the journal. Not for several threads at once.</summary>
/// <param name="read">What the journal has of a conversation; null: nothing.</param>
internal sealed class LiveConversations(TimeProvider time, Func<string, byte[]?> read)
{
    /// <summary>Kept in memory: some kilobytes each.</summary>
    public const int Capacity = 20_000;

    /// <summary>How long one that is over is remembered. A snapshot that comes later begins it anew; the journal knows its facts.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    /// <summary>None is asked about later than this from now: what says so was saved by a clock that was wrong.</summary>
    public static readonly TimeSpan LongestSilence = SnapshotFold.SilenceOfTexts;

    private static readonly TimeSpan _unsettled = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, ConversationState> _states = [];

    /// <summary>Changed since they were last saved; null: over.</summary>
    private readonly Dictionary<string, ConversationState?> _changed = [];

    /// <summary>Those that only the journal has.</summary>
    private readonly HashSet<string> _away = [];

    /// <summary>Over, and still in memory until then: what comes late of them is known.</summary>
    private readonly Queue<(MonotonicTime Until, string Id)> _over = new();

    /// <summary>Those in <see cref="_over"/> that have not been reopened, and until when they are kept.</summary>
    private readonly Dictionary<string, MonotonicTime> _overUntil = [];

    /// <summary>States in memory: of those that are not over, and of those that were over a short while ago.</summary>
    public int InMemory => _states.Count;

    /// <summary>Those that are not over.</summary>
    public int Count => _states.Count - _overUntil.Count + _away.Count;

    /// <summary>An earlier run has left them.</summary>
    public void Restore(IEnumerable<string> saved) => _away.UnionWith(saved);

    /// <returns>Null where nothing is known, or what was saved cannot be read: the next snapshot tells all of it again.</returns>
    public ConversationState? Find(string id)
    {
        if (_states.TryGetValue(id, out var state))
            return state;
        if (!_away.Contains(id))
            return null;
        var saved = read(id); // may fail, and then the journal still has it
        _away.Remove(id);
        if (saved is null || !ConversationState.TryRead(saved, out state))
            return null;
        return _states[id] = NotAhead(state, time.GetUtcNow());
    }

    /// <summary>The system clock was set: what is waited for since some time goes on being waited for as long as before.</summary>
    /// <param name="by">Negative: back. Forward, silence counts as longer: the host may have been suspended.</param>
    public void Move(TimeSpan by)
    {
        foreach (var (id, state) in _states.Where(known => !known.Value.IsEndTold).ToList())
        {
            var moved = state with { HeardAt = by < TimeSpan.Zero ? state.HeardAt.Plus(by) : state.HeardAt, OverSince = state.OverSince?.Plus(by) };
            _states[id] = moved;
            if (moved.OverSince is not null || _changed.ContainsKey(id))
                _changed[id] = moved; // of the others, the journal moves what it has
        }
    }

    /// <summary>It goes on: as before, or since it was reopened.</summary>
    public void Set(ConversationState state)
    {
        _away.Remove(state.ConversationId);
        _overUntil.Remove(state.ConversationId);
        _states[state.ConversationId] = _changed[state.ConversationId] = state;
    }

    /// <summary>It is over, and its end has been told.</summary>
    public void End(ConversationState state)
    {
        if (!_states.TryGetValue(state.ConversationId, out var before) || !before.IsEndTold)
        {
            var until = time.GetMonotonicTime() + Remembered;
            _over.Enqueue((until, state.ConversationId));
            _overUntil[state.ConversationId] = until;
        }

        _away.Remove(state.ConversationId);
        _states[state.ConversationId] = state;
        _changed[state.ConversationId] = null;
    }

    /// <summary>It is over, and somebody else has told its end, or nobody ever will.</summary>
    public void Remove(string id)
    {
        if (_states.TryGetValue(id, out var state) && state.IsEndTold)
            return;
        if (_states.Remove(id) | _away.Remove(id))
            _changed[id] = null;
    }

    /// <summary>What is to be saved. Of those in memory that need not be, the ones heard of longest ago leave it.</summary>
    public IReadOnlyList<SavedConversation> TakeChanges()
    {
        var now = time.GetMonotonicTime();
        SavedConversation[] changes = [.. _changed.Select(change => new SavedConversation(change.Key, change.Value is { } state ? AskAt(state) : default, change.Value is { } saved ? saved.Write() : null))];
        _changed.Clear();
        while (_over.TryPeek(out var over) && (over.Until <= now || _over.Count > Capacity))
        {
            _over.Dequeue();
            if (!_overUntil.TryGetValue(over.Id, out var until) || until != over.Until)
                continue; // it has been reopened
            _overUntil.Remove(over.Id);
            _states.Remove(over.Id);
        }

        if (_states.Count - _overUntil.Count > Capacity)
        {
            foreach (var state in _states.Values.Where(state => !state.IsEndTold).OrderBy(state => state.HeardAt).Take(_states.Count - _overUntil.Count - (Capacity * 3 / 4)).ToList())
            {
                _states.Remove(state.ConversationId);
                _away.Add(state.ConversationId);
            }
        }

        return changes;
    }

    /// <summary>An end that is pending is told without asking; but by the next run, if this one does not come to it, only so.</summary>
    private static DateTimeOffset AskAt(ConversationState state) =>
        new[] { state.SilentAt, state.WrapUpDeadline, state.SettlesAt?.Plus(_unsettled) }.OfType<DateTimeOffset>().Min();

    /// <summary>Saved by a clock that was ahead of this one: heard now, at the latest.</summary>
    private static ConversationState NotAhead(ConversationState state, DateTimeOffset now) =>
        state.HeardAt <= now && !(state.OverSince > now)
            ? state
            : state with { HeardAt = state.HeardAt < now ? state.HeardAt : now, OverSince = state.OverSince > now ? now : state.OverSince };
}
