using Tieline.Diagnostics;
using Tieline.Sequencing;

namespace Tieline.Backfill;

/// <summary>How far the filling of one gap has come: what its durable record says beside its numbers.</summary>
/// <param name="From">The time of the last event before it; null where unknown.</param>
/// <param name="To">The time of the first event after it, or when the connection was there again; null where unknown.</param>
/// <param name="Since">When it was found, or found to be bigger: asks are timed from here.</param>
/// <param name="Asks">Answers so far, complete or not.</param>
/// <param name="NextAskAt">As <see cref="Due"/>, for people and for the next run. Null once it is closed.</param>
/// <param name="Recovered">Events that the answers brought and the journal did not have.</param>
/// <param name="Known">Events of the gap's time that the journal had already, as of the last complete answer.</param>
/// <param name="Problem">Why the last answer was incomplete; null if it was not.</param>
/// <param name="ClosedAt">When it was filled or abandoned.</param>
internal sealed record GapFill(
    long Number,
    GapReason Reason,
    DateTimeOffset? From,
    DateTimeOffset? To,
    DateTimeOffset Since,
    GapState State,
    int Asks,
    DateTimeOffset? NextAskAt,
    long Recovered,
    long Known,
    string? Problem,
    DateTimeOffset? ClosedAt)
{
    /// <summary>So long a span without a connection is given for the first event to say what it has cost, and a frame that cannot be read for the next, before it is asked for.</summary>
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(1);

    /// <summary>Numbers are missing, so there were events, and conversations that they belong to.</summary>
    public bool HasNumbers { get; init; }

    /// <summary>As <see cref="Since"/>: what its asks are timed from.</summary>
    public MonotonicTime Found { get; init; }

    /// <summary>When it is asked for next.</summary>
    public MonotonicTime Due { get; init; } = MonotonicTime.Never;

    /// <summary>Since when it would have been in service if Tieline had run all the time: what it is abandoned by.</summary>
    public MonotonicTime InServiceSince { get; init; }

    /// <summary>Asks in a row that were not answered, in this run.</summary>
    public int Failures { get; init; }

    /// <summary>How long Tieline has run with it, as of its last answer.</summary>
    public TimeSpan InService { get; init; }

    /// <summary>Of what its answers could not tell, in words; null before one that may close it.</summary>
    public string? NotAsked { get; init; }

    /// <summary>Whether it counts as open. What may have come before the first frame is looked for at every first start: its gap counts only once an ask about it has failed.</summary>
    public bool CountsAsOpen => !IsClosed && (Reason != GapReason.Start || Problem is not null);

    public bool IsClosed => State is GapState.Filled or GapState.Abandoned or GapState.Tolerated;

    /// <summary>A gap that has just been found, or turned out to be bigger: it is asked for from the start.</summary>
    /// <param name="before">How far it had come before it was bigger: its figures go on.</param>
    public static GapFill Of(Gap gap, GapFill? before = null)
    {
        var isSpan = gap is { First: null, Reason: GapReason.Reconnect or GapReason.Restart };
        var since = gap.SeenAt > gap.ConfirmedAt ? gap.SeenAt : gap.ConfirmedAt ?? gap.SeenAt;
        var found = MonotonicTime.Max(gap.SeenOn, gap.ConfirmedOn ?? gap.SeenOn);
        var isGrowing = isSpan || gap.Reason == GapReason.Unreadable;
        return new GapFill(
            gap.Number, gap.Reason, gap.From, gap.To, since, gap.IsTolerated ? GapState.Tolerated : GapState.Open,
            before?.Asks ?? 0, gap.IsTolerated ? null : isGrowing ? since.Plus(_grace) : gap.SeenAt, before?.Recovered ?? 0, before?.Known ?? 0, null, null)
        {
            HasNumbers = gap.First is not null,
            Found = found,
            Due = gap.IsTolerated ? MonotonicTime.Never : isGrowing ? found + _grace : gap.SeenOn,
            InServiceSince = found,
        };
    }

    /// <summary>One that is on record, in a process that has just begun: it is timed from now on. The clock may have been set since.</summary>
    /// <param name="longest">No ask is further off.</param>
    public GapFill Timed(Moment now, TimeSpan longest) => this with
    {
        Found = now.Steady - (Since < now.System ? now.System - Since : TimeSpan.Zero),
        Due = NextAskAt is not { } at ? MonotonicTime.Never : at <= now.System ? now.Steady : now.Steady + (at - now.System < longest ? at - now.System : longest),
        InServiceSince = now.Steady - InService,
    };
}
