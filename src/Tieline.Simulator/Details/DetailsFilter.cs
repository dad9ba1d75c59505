using System.Text.Json;

namespace Tieline.Simulator.Details;

/// <summary>Predicates joined by <c>and</c> or <c>or</c>, and clauses of such.</summary>
internal sealed class DetailsFilter
{
    private static readonly string[] Types = ["and", "or"];
    private readonly bool _any;
    private readonly List<Func<DetailsRow, SegmentInPlace?, bool>> _parts = [];

    private DetailsFilter(JsonElement filter, bool ofSegments, bool mayHaveClauses)
    {
        foreach (var member in DetailsQuery.Members(filter, "a filter"))
        {
            switch (member.Name)
            {
                case "type":
                    _any = DetailsQuery.OneOf(member.Value, "type", Types) == "or";
                    break;
                case "predicates":
                    foreach (var item in Items(member.Value))
                    {
                        var predicate = new DetailsPredicate(item, ofSegments);
                        Add(predicate.Holds, predicate.NeedsSegment);
                    }
                    break;
                case "clauses" when mayHaveClauses:
                    foreach (var item in Items(member.Value))
                    {
                        var clause = new DetailsFilter(item, ofSegments, mayHaveClauses: false);
                        Add(clause.Holds, clause.NeedsSegment);
                    }
                    break;
                default:
                    throw new QueryException("bad.request", $"A filter has a member this service does not know: '{member.Name}'");
            }
        }
        if (_parts.Count == 0)
        {
            throw new QueryException("bad.request", "A filter needs predicates.");
        }
    }

    /// <summary>Whether it can only be told of one segment, not of the conversation.</summary>
    public bool NeedsSegment { get; private set; }

    public static IReadOnlyList<DetailsFilter> ReadAll(JsonElement filters, bool ofSegments) =>
        [.. Items(filters).Select(filter => new DetailsFilter(filter, ofSegments, mayHaveClauses: true))];

    /// <param name="row">The conversation.</param>
    /// <param name="segment">One of its segments; null where the filter is not about segments.</param>
    public bool Holds(DetailsRow row, SegmentInPlace? segment) =>
        _any ? _parts.Exists(part => part(row, segment)) : _parts.TrueForAll(part => part(row, segment));

    private void Add(Func<DetailsRow, SegmentInPlace?, bool> part, bool needsSegment)
    {
        _parts.Add(part);
        NeedsSegment |= needsSegment;
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? value.EnumerateArray()
        : throw new QueryException("bad.request", "filters, clauses and predicates must be arrays");
}
