using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tieline.Events;

namespace Tieline.Storage;

/// <summary>The row that a reader stands on, without ADO.NET's check at each column: for what is read for every event. Good until the reader moves on.</summary>
internal readonly ref struct RawRow(SqliteDataReader reader)
{
    private readonly sqlite3_stmt _statement = reader.Handle!;

    /// <returns>0 where it is null.</returns>
    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    /// <summary>A blob, or a text's UTF-8.</summary>
    /// <returns>Nothing where it is null.</returns>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? TextOrNull(int column)
    {
        var text = Bytes(column);
        return text.IsEmpty && IsNull(column) ? null : Encoding.UTF8.GetString(text);
    }

    /// <summary>Milliseconds since 1970.</summary>
    public DateTimeOffset Time(int column) => EventTime.OfStored(Long(column));

    /// <summary>None of all events' where the column holds no id.</summary>
    public EventId Id(int column) => Bytes(column) is { Length: EventId.Size } bytes ? EventId.Read(bytes) : default;

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;
}
