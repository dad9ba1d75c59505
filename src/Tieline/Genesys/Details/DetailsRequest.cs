using System.Buffers;
using System.Text.Json;
using Tieline.Events;

namespace Tieline.Genesys;

/// <summary>The bodies that are sent to the details API. Pure.</summary>
internal static class DetailsRequest
{
    public static byte[] ForQuery(DetailsQuery query) => Write(query.Slice, query.Page);

    /// <summary>As the query, without pages: a job has none.</summary>
    public static byte[] ForJob(DetailsSpan slice) => Write(slice, page: null);

    private static byte[] Write(DetailsSpan slice, int? page)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("interval"u8, $"{EventTime.ToText(slice.From)}/{EventTime.ToText(WholeMilliseconds(slice.To))}");
            json.WriteString("order"u8, "asc"u8);
            json.WriteString("orderBy"u8, "conversationStart"u8);
            if (page is { } number)
            {
                json.WriteStartObject("paging"u8);
                json.WriteNumber("pageSize"u8, DetailsQuery.PageSize);
                json.WriteNumber("pageNumber"u8, number);
                json.WriteEndObject();
            }

            WriteMedia(json, DetailsMedia.Of(slice.MediaTypes));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteMedia(Utf8JsonWriter json, IReadOnlyList<string> mediaTypes)
    {
        if (mediaTypes.Count == 0)
            return;
        json.WriteStartArray("segmentFilters"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "or"u8);
        json.WriteStartArray("predicates"u8);
        foreach (var mediaType in mediaTypes)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "dimension"u8);
            json.WriteString("dimension"u8, "mediaType"u8);
            json.WriteString("operator"u8, "matches"u8);
            json.WriteString("value"u8, mediaType);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>Rounded up, where <see cref="EventTime.ToText"/> cuts: the end is exclusive.</summary>
    private static DateTimeOffset WholeMilliseconds(DateTimeOffset time) => time.AddTicks(TimeSpan.TicksPerMillisecond - 1);
}
