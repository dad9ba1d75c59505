using System.Globalization;
using Tieline.Diagnostics;

namespace Tieline.Pipeline;

/// <summary>When the next night's reconciliation is due, and of which day. Pure: told the time. Somebody may set the clock: no night is left out, and none comes twice.</summary>
internal sealed class NightlySchedule(TimeOnly at)
{
    private const string Format = "HH:mm";

    /// <summary>After a longer jump than this the nights in between are not made up for: nobody would want them all at once.</summary>
    private const int MostAtOnce = 7;

    /// <summary>So many nights are remembered, so that a clock that is set back does not bring them again.</summary>
    private const int Remembered = 400;

    private readonly Queue<DateTimeOffset> _done = new();
    private DateTimeOffset? _next;

    public static bool TryParse(string text, out TimeOnly at) => TimeOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out at);

    /// <summary>How long until one is due, if nobody sets the clock.</summary>
    public TimeSpan Until(DateTimeOffset now) => Due(now) is var due && due > now ? due - now : TimeSpan.Zero;

    /// <summary>The night that is due, if one is; it does not come again.</summary>
    public DateTimeOffset? Take(DateTimeOffset now)
    {
        var due = Due(now);
        if (due > now)
            return null;
        if (_done.Count == Remembered)
            _done.Dequeue();
        _done.Enqueue(due);
        _next = due.Plus(TimeSpan.FromDays(1));
        return due;
    }

    /// <summary>The UTC day before.</summary>
    public static (DateTimeOffset From, DateTimeOffset To) DayBefore(DateTimeOffset due) => (DayOf(due).Minus(TimeSpan.FromDays(1)), DayOf(due));

    private DateTimeOffset Due(DateTimeOffset now)
    {
        var due = _next is { } next && next <= After(now) ? next : After(now);
        if (due < now.Minus(TimeSpan.FromDays(MostAtOnce)))
            due = After(now).Minus(TimeSpan.FromDays(1));
        while (_done.Contains(due))
            due = due.Plus(TimeSpan.FromDays(1));
        _next = due;
        return due;
    }

    /// <summary>The next such time of day, UTC.</summary>
    private DateTimeOffset After(DateTimeOffset now)
    {
        var today = DayOf(now) + at.ToTimeSpan();
        return today > now ? today : today.Plus(TimeSpan.FromDays(1));
    }

    private static DateTimeOffset DayOf(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);
}
