using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tieline.Journal;

/// <summary>What is on record besides the events themselves.</summary>
internal sealed partial class JournalReader
{
    /// <summary>Facts other than what became of single events by itself, newest first: starts, gaps, decisions of people.</summary>
    /// <param name="after">Only facts with a greater number: what bounds the search.</param>
    /// <param name="before">Only facts with a smaller number: where the page before ended.</param>
    public IReadOnlyList<AuditFact> ReadChanges(long after, int limit, long before = long.MaxValue)
    {
        var changes = new List<AuditFact>();
        using var row = Query(
            """
            SELECT number, kind, at, destination, detail, (SELECT conversation FROM event e WHERE e.position = f.first_position) FROM fact f
            WHERE number > $0 AND number < $2 AND kind NOT IN ('accepted', 'delivered', 'filtered', 'dead-lettered') ORDER BY number DESC LIMIT $1
            """,
            after, limit, before);
        while (row.Read())
        {
            changes.Add(new AuditFact(
                row.GetInt64(0), Time(row, 2)!.Value, null, row.IsDBNull(5) ? null : row.GetString(5), null, null, null, row.GetString(1), row.IsDBNull(3) ? null : row.GetString(3),
                Parse(row.IsDBNull(4) ? null : row.GetString(4))));
        }

        return changes;
    }

    /// <returns>Null too where it is broken: the line in the audit log says so.</returns>
    private static JsonObject? Parse(string? detail)
    {
        try
        {
            return detail is null ? null : JsonNode.Parse(detail) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
