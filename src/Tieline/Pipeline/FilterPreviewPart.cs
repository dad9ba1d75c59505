using System.Text.Json.Nodes;
using Tieline.Filtering;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>What the pipeline's filter, or what goes to one destination, would have been.</summary>
/// <param name="destination">Null: the pipeline's filter.</param>
/// <param name="filters">All must keep an event; null keeps any.</param>
/// <param name="inForce">The same, as they are; null where that is not known.</param>
internal sealed class FilterPreviewPart(string? destination, IReadOnlyList<EventFilter?> filters, IReadOnlyList<EventFilter?>? inForce)
{
    public const int MaxExamples = 20;

    /// <summary>Kinds told apart; those that come after them are counted together.</summary>
    public const int MaxKinds = 1_000;

    private readonly Dictionary<(string Type, string? State, string? Queue), Tally> _kinds = [];
    private readonly List<Example> _examples = [];
    private readonly Tally _others = new();
    private readonly Tally _all = new();

    /// <summary>Null: the pipeline's filter.</summary>
    public string? Destination => destination;

    public Tally All => _all;

    /// <summary>Whether <see cref="Tally.KeptNow"/> is known.</summary>
    public bool IsCompared => inForce is not null;

    /// <summary>By type, state and queue; the most first.</summary>
    public IEnumerable<(string Type, string? State, string? Queue, Tally Tally)> Kinds => _kinds
        .OrderByDescending(one => one.Value.Kept + one.Value.Dropped)
        .ThenBy(one => one.Key)
        .Select(one => (one.Key.Type, one.Key.State, one.Key.Queue, one.Value));

    /// <summary>What came after the first <see cref="MaxKinds"/> kinds.</summary>
    public Tally Others => _others;

    /// <summary>The first of those whose lot would change; where that is not known, of those that would be dropped.</summary>
    public IReadOnlyList<Example> Examples => _examples;

    public void Add(EventKind one)
    {
        var keeps = Keeps(filters, one);
        bool? keepsNow = inForce is null ? null : Keeps(inForce, one);
        var key = (one.Type, one.State, one.QueueId);
        if (!_kinds.TryGetValue(key, out var tally))
        {
            tally = _kinds.Count < MaxKinds ? new Tally() : _others;
            if (_kinds.Count < MaxKinds)
                _kinds.Add(key, tally);
        }

        tally.Add(keeps, keepsNow == true);
        _all.Add(keeps, keepsNow == true);
        if (_examples.Count < MaxExamples && keeps != (keepsNow ?? true))
            _examples.Add(new Example(one.Id.ToString(), one.ConversationId, keeps));
    }

    public JsonObject ToJson() => new()
    {
        ["filter"] = destination is null ? "Filter" : $"Destinations:{destination}",
        ["kept"] = _all.Kept,
        ["dropped"] = _all.Dropped,
        ["keptNow"] = Now(_all),
        ["kinds"] = new JsonArray([.. Kinds.Select(one => new JsonObject { ["type"] = one.Type, ["state"] = one.State, ["queue"] = one.Queue, ["kept"] = one.Tally.Kept, ["dropped"] = one.Tally.Dropped, ["keptNow"] = Now(one.Tally) })]),
        ["others"] = new JsonObject { ["kept"] = _others.Kept, ["dropped"] = _others.Dropped, ["keptNow"] = Now(_others) },
        ["examples"] = new JsonArray([.. _examples.Select(one => new JsonObject { ["id"] = one.Id, ["conversation"] = one.ConversationId, ["would"] = one.WouldBeKept ? "keep" : "drop" })]),
    };

    private long? Now(Tally tally) => IsCompared ? tally.KeptNow : null;

    private static bool Keeps(IReadOnlyList<EventFilter?> filters, EventKind one)
    {
        foreach (var filter in filters)
        {
            if (filter?.Keeps(one.Type, one.State, one.MediaType, one.QueueId) == false)
                return false;
        }

        return true;
    }

    /// <summary>An event whose lot would be another.</summary>
    internal sealed record Example(string Id, string ConversationId, bool WouldBeKept);

    /// <summary>Counts of events.</summary>
    internal sealed class Tally
    {
        public long Kept { get; private set; }

        public long Dropped { get; private set; }

        public long KeptNow { get; private set; }

        public void Add(bool keeps, bool keepsNow)
        {
            if (keeps)
                Kept++;
            else
                Dropped++;
            if (keepsNow)
                KeptNow++;
        }
    }
}
