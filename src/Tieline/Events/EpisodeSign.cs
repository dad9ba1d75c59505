namespace Tieline.Events;

/// <summary>As much of an event as tells which episode of its conversation it belongs to.</summary>
/// <param name="IsEnd">It ends an episode.</param>
/// <param name="Since">Of an end: when its episode began, where its path shows that.</param>
internal readonly record struct EpisodeSign(string? State, DateTimeOffset At, bool IsEnd, EpisodePath Path, DateTimeOffset? Since)
{
    /// <summary>The agent's work after an end, told by an event of its own. The same end may be dated before or after it, so it opens nothing.</summary>
    private const string WrapUp = "wrapup";

    /// <summary>The conversation goes on at that time.</summary>
    public bool IsActivity => !IsEnd && State != WrapUp;

    public static EpisodeSign Of(ConversationEvent e) =>
        new(e.State, e.OccurredAt, EventKinds.IsTerminal(e.Type, e.State), PathOf(e.Origin, e.Sequence is not null), e.Episode?.Since);

    public static EpisodePath PathOf(EventOrigin origin, bool isNumbered) => (origin, isNumbered) switch
    {
        (EventOrigin.Live, true) => EpisodePath.Stream,
        (EventOrigin.Live, false) => EpisodePath.Snapshot,
        _ => EpisodePath.Fetched,
    };
}
