using Tieline.Backfill;

namespace Tieline.Service.Web.Figures;

/// <summary>Coverage by the hour, for a calendar. Pure.</summary>
/// <param name="State">The worst in this hour; null: before the first event, or still to come.</param>
internal sealed record HourCoverage(DateTimeOffset From, CoverageState? State, string Evidence)
{
    /// <summary>The hours of a day.</summary>
    /// <param name="spans">Touching each other, and covering the day.</param>
    public static IReadOnlyList<HourCoverage> Of(DateTimeOffset day, IReadOnlyList<CoverageSpan> spans, DateTimeOffset? since, DateTimeOffset now) =>
    [
        .. Enumerable.Range(0, 24).Select(hour =>
        {
            var (from, to) = (day.AddHours(hour), day.AddHours(hour + 1));
            var over = spans.Where(span => span.From < to && span.To > from && span.From >= since && span.From < now).ToList();
            var worst = over.OrderByDescending(span => span.State).FirstOrDefault();
            return new HourCoverage(from, worst?.State, worst?.Evidence ?? (from >= now ? "still to come" : "before the first event"));
        }),
    ];
}
