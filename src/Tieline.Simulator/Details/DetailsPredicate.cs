using System.Text.Json;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>One condition: a dimension that is there, is not, or has a value.</summary>
internal sealed class DetailsPredicate
{
    private static readonly string[] Operators = ["matches", "exists", "notExists"];

    private static readonly Dictionary<string, Func<DetailsRow, string?>> OfConversation = new(StringComparer.Ordinal)
    {
        ["conversationId"] = row => row.Past.Id.ToString(),
        ["conversationStart"] = row => Time(row.Past.Start),
        ["conversationEnd"] = row => Time(row.End),
        ["originatingDirection"] = _ => DetailsRow.Direction,
        ["divisionId"] = _ => RecordWriter.Division,
        ["externalTag"] = _ => null,
    };

    /// <summary>Asked of segments, but the same for all of a conversation.</summary>
    private static readonly Dictionary<string, Func<DetailsRow, string?>> OfEverySegment = new(StringComparer.Ordinal)
    {
        ["mediaType"] = row => MediaTypes.RestNames[(int)row.Past.MainMedia],
        ["direction"] = _ => DetailsRow.Direction,
    };

    private static readonly Dictionary<string, Func<DetailsRow, SegmentInPlace, string?>> OfSegment = new(StringComparer.Ordinal)
    {
        ["purpose"] = (_, at) => at.Participant.Purpose,
        ["userId"] = (_, at) => at.Participant.UserId,
        ["externalContactId"] = (_, at) => at.Participant.ExternalContactId,
        ["sessionId"] = (_, at) => at.Session.Id,
        ["queueId"] = (_, at) => at.Segment.QueueId,
        ["segmentType"] = (_, at) => at.Segment.Type,
        ["segmentStart"] = (_, at) => Time(at.Segment.Start),
        ["segmentEnd"] = (_, at) => Time(at.Segment.End),
        ["disconnectType"] = (_, at) => at.Segment.DisconnectType,
        ["wrapUpCode"] = (_, at) => at.Segment.WrapUpCode,
        ["errorCode"] = (_, at) => at.Segment.ErrorCode,
    };

    private readonly Func<DetailsRow, SegmentInPlace?, string?> _read;
    private readonly string _operator = "matches";
    private readonly string? _value;
    private readonly bool _ofMedia;

    public DetailsPredicate(JsonElement predicate, bool ofSegments)
    {
        string? dimension = null;
        foreach (var member in DetailsQuery.Members(predicate, "a predicate"))
        {
            switch (member.Name)
            {
                case "type": DetailsQuery.OneOf(member.Value, "type (of what this service does)", ["dimension"]); break;
                case "dimension": dimension = DetailsQuery.Text(member.Value, "dimension"); break;
                case "operator": _operator = DetailsQuery.OneOf(member.Value, "operator", Operators); break;
                case "value": _value = member.Value.ValueKind == JsonValueKind.Null ? null : DetailsQuery.Text(member.Value, "value"); break;
                default: throw new QueryException("bad.request", $"A predicate has a member this service does not know: '{member.Name}'");
            }
        }
        _read = Reader(dimension ?? "", ofSegments);
        _ofMedia = dimension == "mediaType";
        NeedsSegment = OfSegment.ContainsKey(dimension ?? "");
        if (_operator == "matches" && _value is null)
        {
            throw new QueryException("bad.request", $"{dimension}: matches needs a value");
        }
    }

    /// <summary>Whether it can only be told of one segment, not of the conversation.</summary>
    public bool NeedsSegment { get; }

    public bool Holds(DetailsRow row, SegmentInPlace? segment)
    {
        if (_ofMedia)
        {
            return _value is null ? _operator == "exists" : row.Has(_value);
        }
        var found = _read(row, segment);
        return _operator switch
        {
            "exists" => found is not null,
            "notExists" => found is null,
            _ => string.Equals(found, _value, StringComparison.OrdinalIgnoreCase),
        };
    }

    private static Func<DetailsRow, SegmentInPlace?, string?> Reader(string dimension, bool ofSegments)
    {
        if (OfConversation.TryGetValue(dimension, out var ofConversation) || (ofSegments && OfEverySegment.TryGetValue(dimension, out ofConversation)))
        {
            return (row, _) => ofConversation(row);
        }
        if (ofSegments && OfSegment.TryGetValue(dimension, out var ofSegment))
        {
            return (row, segment) => ofSegment(row, segment!.Value);
        }
        var known = OfConversation.Keys.Concat(ofSegments ? OfEverySegment.Keys.Concat(OfSegment.Keys) : Enumerable.Empty<string>());
        throw new QueryException("invalid.value", $"dimension must be one of {string.Join(", ", known)}; was '{dimension}'");
    }

    private static string? Time(long? milliseconds) => milliseconds is { } value
        ? DateTimeOffset.FromUnixTimeMilliseconds(value).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ")
        : null;
}
