using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>One conversation as of a time. Its record is only made when somebody looks at it.</summary>
internal sealed class DetailsRow(PastConversation past, long asOf, RecordBuilder builder)
{
    public const string Direction = "inbound";

    private ConversationRecord? _record;

    public PastConversation Past => past;

    public ConversationRecord Record => _record ??= builder.Build(past, asOf);

    /// <summary>Known without the record, as is the medium of most: many are looked at, few are sent.</summary>
    public long? End => past.EndAsOf(asOf);

    /// <summary>Whether one of its sessions is over the medium, as the API calls it.</summary>
    public bool Has(string mediaType) => past.AllMedia.Any(media => string.Equals(MediaTypes.RestNames[(int)media], mediaType, StringComparison.OrdinalIgnoreCase));

    /// <summary>The time that orders it among others; what it has not got comes last.</summary>
    public long Key(string orderBy, bool descending) => orderBy switch
    {
        "conversationEnd" => End ?? long.MaxValue,
        "segmentStart" when descending => Record.Segments.Max(found => found.Segment.Start),
        "segmentStart" => Record.Segments.Min(found => found.Segment.Start),
        "segmentEnd" when descending => Record.Segments.Max(found => found.Segment.End ?? long.MaxValue),
        "segmentEnd" => Record.Segments.Min(found => found.Segment.End ?? long.MaxValue),
        _ => past.Start,
    };
}
