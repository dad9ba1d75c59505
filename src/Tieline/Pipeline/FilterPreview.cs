using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>What filters would have kept of the events that the journal has, beside what those in force keep. In bounded memory, however many events there are.</summary>
internal sealed class FilterPreview
{
    private readonly List<FilterPreviewPart> _parts = [];

    /// <param name="asked">What is not given in it stays as it is in force.</param>
    /// <param name="inForce">Null where that is not known: nothing is compared then.</param>
    public FilterPreview(FilterSet asked, FilterSet? inForce)
    {
        var (rules, rulesNow) = (asked.Rules ?? inForce?.Rules, inForce?.Rules);
        if (asked.Rules is not null)
            _parts.Add(new FilterPreviewPart(null, [Filter(asked.Rules)], inForce is null ? null : [Filter(rulesNow)]));
        var names = asked.Destinations.Keys.Union(asked.Rules is null ? [] : inForce?.Destinations.Keys ?? [], StringComparer.Ordinal);
        foreach (var name in names)
        {
            var own = asked.Destinations.GetValueOrDefault(name) ?? inForce!.Destinations[name];
            var isKnown = inForce?.Destinations.ContainsKey(name) == true;
            _parts.Add(new FilterPreviewPart(name, [Filter(rules), OwnFilter(own)], isKnown ? [Filter(rulesNow), OwnFilter(inForce!.Destinations[name])] : null));
        }
    }

    /// <summary>Events that were looked at.</summary>
    public long Events { get; private set; }

    /// <summary>Of the pipeline's filter first, where it is given; then of each destination.</summary>
    public IReadOnlyList<FilterPreviewPart> Parts => _parts;

    /// <summary>What was received from then on was looked at: the journal may not reach back to where the span began.</summary>
    public DateTimeOffset From { get; private set; }

    public DateTimeOffset To { get; private set; }

    /// <summary>Looks at a span, page by page; who else runs on this thread has a turn after each.</summary>
    public async Task ReadAsync(JournalReader reader, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        (From, To) = (reader.ReadRemovedUntil() is { } removed && removed > from ? removed : from, to);
        var (next, last) = reader.ReadBounds(from, to);
        while (next.Value <= last.Value)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = reader.ReadKinds(next, last);
            if (page.Count == 0)
                break;
            foreach (var one in page)
            {
                if (one.ReceivedAt >= from && one.ReceivedAt < to)
                    Add(one);
            }

            next = new JournalPosition(page[^1].Position.Value + 1);
            await Task.Yield();
        }
    }

    /// <param name="notKept">What the filter in force dropped meanwhile; null where it is not known.</param>
    public JsonObject ToJson(long? notKept) => new()
    {
        ["from"] = EventTime.ToText(From),
        ["to"] = EventTime.ToText(To),
        ["events"] = Events,
        ["notOnDisk"] = notKept,
        ["parts"] = new JsonArray([.. _parts.Select(part => part.ToJson())]),
    };

    private void Add(EventKind one)
    {
        Events++;
        foreach (var part in _parts)
            part.Add(one);
    }

    /// <summary>Without rules nothing is said of what it keeps: all that is on disk.</summary>
    private static EventFilter? Filter(IList<FilterRuleOptions>? rules) => rules is null ? null : new EventFilter(new FilterOptions { Rules = rules });

    private static EventFilter? OwnFilter(IList<FilterRuleOptions> rules) => rules.Count == 0 ? null : Filter(rules);
}
