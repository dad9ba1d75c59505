using System.Text.Json;
using System.Text.Unicode;
using Tieline.Events;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>Tells an event that stands in the journal as it was written from one that does not. Not for several threads.</summary>
internal sealed class StoredEvent
{
    /// <summary>What each reason begins with: why such an event is set aside.</summary>
    public const string Damaged = "stored event is damaged";

    /// <summary>The columns that <see cref="DamageOf"/> reads, in its order, of <c>event e</c>.</summary>
    public const string Columns = "e.id, e.epoch, e.sequence, e.conversation, e.type, e.state, e.occurred_at, e.media_type, e.queue_id, e.participants, e.origin, e.payload_hash, e.checksum";

    /// <summary>How many those are.</summary>
    public const int ColumnCount = 13;

    /// <summary>What waits for its turn under another conversation than its own.</summary>
    public const string IsOfAnother = Damaged + ": it waits as an event of another conversation";

    private const string DoesNotMatch = Damaged + ": its checksum does not match";

    private readonly EventChecksum _checksum = new();

    /// <returns>Its checksum, as it is to be stored.</returns>
    public long ChecksumOf(ReadOnlySpan<byte> id, ConversationEvent e, long epoch, ReadOnlySpan<byte> participants)
    {
        _checksum.Begin();
        _checksum.Add(id);
        _checksum.Add(epoch);
        _checksum.Add(e.Sequence);
        _checksum.Add(e.ConversationId);
        _checksum.Add(e.Type);
        _checksum.Add(e.State);
        _checksum.Add(e.OccurredAt.ToUnixTimeMilliseconds());
        _checksum.Add(e.MediaType);
        _checksum.Add(e.QueueId);
        _checksum.Add(participants);
        _checksum.Add((long)e.Origin);
        _checksum.Add(unchecked((long)e.PayloadHash));
        return _checksum.Value();
    }

    /// <summary>What is wrong with the event that a reader stands on; null: nothing.</summary>
    /// <param name="from">The first of <see cref="Columns"/>.</param>
    public string? DamageOf(RawRow row, int from)
    {
        if (row.LongOrNull(from + 12) is not { } stored)
            return DamageOfUnchecked(row, from);
        _checksum.Begin();
        _checksum.Add(row.Bytes(from));
        _checksum.Add(row.Long(from + 1));
        _checksum.Add(row.LongOrNull(from + 2));
        for (var column = from + 3; column < from + 6; column++)
            _checksum.Add(row.Bytes(column), row.IsNull(column));
        _checksum.Add(row.Long(from + 6));
        for (var column = from + 7; column < from + 10; column++)
            _checksum.Add(row.Bytes(column), row.IsNull(column));
        _checksum.Add(row.Long(from + 10));
        _checksum.Add(row.Long(from + 11));
        return _checksum.Value() == stored ? null : DoesNotMatch;
    }

    /// <summary>Of one that an older Tieline wrote: what no event can have.</summary>
    private static string? DamageOfUnchecked(RawRow row, int from)
    {
        if (row.Bytes(from).Length != EventId.Size)
            return $"{Damaged}: its id has {row.Bytes(from).Length} bytes, not {EventId.Size}";
        if (row.Bytes(from + 3).IsEmpty || row.Bytes(from + 4).IsEmpty)
            return $"{Damaged}: it has no conversation or no type";
        foreach (var column in (ReadOnlySpan<int>)[from + 3, from + 4, from + 5, from + 7, from + 8])
        {
            if (!Utf8.IsValid(row.Bytes(column)))
                return $"{Damaged}: its text is no UTF-8";
        }

        if (!EventTime.CanBeStored(row.Long(from + 6)))
            return $"{Damaged}: it has no possible time";
        if (!Enum.IsDefined((EventOrigin)row.Long(from + 10)))
            return $"{Damaged}: there is no origin {row.Long(from + 10)}";
        return IsArray(row.Bytes(from + 9)) ? null : $"{Damaged}: its participants are no JSON";
    }

    private static bool IsArray(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return false;
            while (reader.Read())
                continue;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
