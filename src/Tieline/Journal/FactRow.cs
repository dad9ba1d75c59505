using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Tieline.Storage;
using EventId = Tieline.Events.EventId;

namespace Tieline.Journal;

/// <summary>A row of the journal's facts: one fact, or a run of like ones about an event each. Makes of it what the audit log says, also where the row is broken or the event gone. Pure.</summary>
internal sealed class FactRow
{
    /// <summary>Longer than any name: what is longer is no name, and would make a line of any length.</summary>
    private const int MaxText = 200;

    private readonly string _kind;
    private readonly DateTimeOffset _at;
    private readonly string? _destination;
    private readonly string? _detailText;
    private readonly string? _lost;
    private readonly long? _firstPosition;
    private readonly IReadOnlyList<long>? _positions;

    /// <param name="row">number, count, kind, at, first_position, positions, destination, detail, and the number of the row behind it.</param>
    public FactRow(SqliteDataReader row)
    {
        (Number, var count) = (row.GetInt64(0), row.GetInt64(1));
        // No count can be zero or less: then the row reaches to the next one.
        End = Math.Min(count <= 0 || Number > long.MaxValue - count ? long.MaxValue : Number + count, row.GetInt64(8));
        _kind = row.GetString(2);
        _firstPosition = row.IsDBNull(4) ? null : row.GetInt64(4);
        _destination = row.IsDBNull(6) ? null : Cut(row.GetString(6));
        _detailText = row.IsDBNull(7) ? null : row.GetString(7);
        if (!row.IsDBNull(5))
        {
            IsAboutEvents = true;
            _positions = PositionList.TryUnpack(row.GetFieldValue<byte[]>(5));
            if (_positions is null)
                _lost = LostParts.Positions;
        }

        IsAboutEvents |= _firstPosition is not null;
        var at = row.GetInt64(3);
        var isTime = at >= 0 && at <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        _at = isTime ? DateTimeOffset.FromUnixTimeMilliseconds(at) : DateTimeOffset.UnixEpoch;
        if (!isTime)
            _lost = LostParts.Time;
        if (!IsFlat(_detailText))
            (_detailText, _lost) = (null, LostParts.Detail);
        if (!FactKinds.IsKnown(_kind))
            (_kind, _lost) = (FactKinds.Unknown, LostParts.Kind);
    }

    /// <summary>Of the first.</summary>
    public long Number { get; }

    /// <summary>Behind the last; never behind the first of the next row.</summary>
    public long End { get; }

    public bool IsAboutEvents { get; }

    /// <summary>Where the event stands that one of them is about; null where the row does not tell.</summary>
    public long? PositionOf(long number)
    {
        var index = number - Number;
        if (_positions is not null)
            return index < _positions.Count ? _positions[(int)index] : null;
        return _firstPosition is { } first && first <= long.MaxValue - index ? first + index : null;
    }

    /// <summary>One that is about no event.</summary>
    public AuditFact Plain(long number) => Lost(new AuditFact(number, _at, null, null, null, null, null, _kind, _destination, Detail()), _lost, null);

    /// <param name="row">sequence, conversation, type, payload_hash, id.</param>
    public AuditFact Of(long number, SqliteDataReader row)
    {
        var raw = new RawRow(row);
        var id = raw.Bytes(4);
        if (id.Length != EventId.Size)
            return Without(number, LostParts.EventUnreadable);
        return Lost(
            new AuditFact(number, _at, raw.LongOrNull(0), raw.Text(1), raw.Text(2), unchecked((ulong)raw.Long(3)), EventId.Read(id), _kind, _destination, Detail()), _lost, null);
    }

    /// <summary>One whose event cannot be told.</summary>
    public AuditFact Without(long number, string lost) =>
        Lost(new AuditFact(number, _at, null, null, null, null, null, _kind, _destination, Detail()), _lost ?? (PositionOf(number) is null ? LostParts.Positions : lost), PositionOf(number));

    /// <summary>One of which nothing is left but its number.</summary>
    public static AuditFact Gone(long number) =>
        Lost(new AuditFact(number, DateTimeOffset.UnixEpoch, null, null, null, null, null, FactKinds.Unknown, null, null), LostParts.FactGone, null);

    private static AuditFact Lost(AuditFact fact, string? lost, long? position)
    {
        if (lost is null)
            return fact;
        var detail = fact.Detail ?? [];
        if (position is not null && !detail.ContainsKey("position"))
            detail["position"] = position;
        detail[LostParts.Member] = lost;
        return fact with { Detail = detail, Lost = lost };
    }

    private JsonObject? Detail() => _detailText is null ? null : JsonNode.Parse(_detailText)!.AsObject();

    /// <summary>Whether it is null, or an object of strings, numbers and nulls, as a line's <c>detail</c> must be.</summary>
    private static bool IsFlat(string? detail)
    {
        if (detail is null)
            return true;
        try
        {
            return JsonNode.Parse(detail) is JsonObject members
                && members.All(member => member.Value is null || member.Value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string Cut(string text) => text.Length <= MaxText ? text : text[..MaxText];
}
