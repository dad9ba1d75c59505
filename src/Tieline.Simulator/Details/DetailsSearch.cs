using System.Buffers;

namespace Tieline.Simulator.Details;

/// <summary>Finds the conversations of a query.</summary>
internal sealed class DetailsSearch(History history, RecordBuilder builder)
{
    /// <param name="query">What is asked for.</param>
    /// <param name="asOf">The last millisecond that is told.</param>
    /// <param name="now">What is not over goes on until now.</param>
    /// <param name="match">The rule of the interval; null: that of a job, which asks for activity alone.</param>
    /// <param name="from">Index of the first row of the page.</param>
    /// <param name="size">Rows of a page, at most.</param>
    /// <returns>A page in the order asked for, and how many rows there are.</returns>
    /// <remarks>Rows are made for the page alone, in arrays that are used again: a query over all that is remembered must not hold up the events that are made meanwhile.</remarks>
    public (List<DetailsRow> Page, int Total) Find(DetailsQuery query, long asOf, long now, DetailsMatch? match, int from, int size)
    {
        var (all, count) = history.Rent();
        var found = ArrayPool<(long Key, PastConversation Past)>.Shared.Rent(count);
        try
        {
            var total = 0;
            var interval = new Interval(query, now, match);
            var filters = query.ConversationFilters.Concat(query.SegmentFilters).Where(filter => !filter.NeedsSegment).ToArray();
            var ofSegment = query.SegmentFilters.Any(filter => filter.NeedsSegment);
            var descending = query.Order == "desc";
            foreach (var past in all.AsSpan(0, count))
            {
                if (past.StreamedAt > asOf || !interval.Has(past, asOf))
                {
                    continue;
                }
                var row = new DetailsRow(past, asOf, builder);
                if (Passes(row, filters) && (!ofSegment || HasSegment(row, query)))
                {
                    found[total++] = (row.Key(query.OrderBy, descending), past);
                }
            }
            Sort(found.AsSpan(0, total), query.Order);
            var page = new List<DetailsRow>(size);
            for (var i = from; i < total && i - from < size; i++)
            {
                page.Add(new DetailsRow(found[i].Past, asOf, builder));
            }
            return (page, total);
        }
        finally
        {
            ArrayPool<(long Key, PastConversation Past)>.Shared.Return(found, clearArray: true);
            ArrayPool<PastConversation>.Shared.Return(all, clearArray: true);
        }
    }

    private static bool Passes(DetailsRow row, DetailsFilter[] filters)
    {
        foreach (var filter in filters)
        {
            if (!filter.Holds(row, segment: null))
            {
                return false;
            }
        }
        return true;
    }

    private static bool HasSegment(DetailsRow row, DetailsQuery query) =>
        row.Record.Segments.Any(segment => query.SegmentFilters.All(filter => filter.Holds(row, segment)));

    private static void Sort(Span<(long Key, PastConversation Past)> rows, string order)
    {
        if (order == "unordered")
        {
            return;
        }
        rows.Sort(static (a, b) => a.Key.CompareTo(b.Key) is not 0 and var byKey ? byKey : a.Past.Id.CompareTo(b.Past.Id));
        if (order == "desc")
        {
            rows.Reverse();
        }
    }

    /// <summary>The rule of the interval, in Unix milliseconds.</summary>
    private readonly struct Interval(DetailsQuery query, long now, DetailsMatch? match)
    {
        private const long Day = 86_400_000;
        private readonly bool _byDay = match is not null || query.StartOfDayMatching;
        private readonly long _from = query.From.ToUnixTimeMilliseconds();
        private readonly long _to = query.To.ToUnixTimeMilliseconds();
        private readonly long _firstDay = query.From.ToUnixTimeMilliseconds() / Day;
        private readonly long _lastDay = query.To.AddTicks(-1).ToUnixTimeMilliseconds() / Day;

        public bool Has(PastConversation past, long asOf) =>
            (!_byDay || (past.Start / Day >= _firstDay && past.Start / Day <= _lastDay))
            && (match == DetailsMatch.Day || (past.Start < _to && (past.EndedAt(asOf) ?? now) >= _from));
    }
}
