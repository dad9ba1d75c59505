namespace Tieline.Journal;

/// <summary>Who may come in.</summary>
internal sealed partial class JournalReader
{
    /// <summary>The tokens that are not revoked, by name; those that have expired too.</summary>
    public IReadOnlyList<NamedToken> ReadTokens()
    {
        var tokens = new List<NamedToken>();
        using var row = Query("SELECT name, role, hash, created_at, created_by, expires_at FROM token ORDER BY name");
        while (row.Read())
            tokens.Add(new NamedToken(row.GetString(0), row.GetString(1), row.GetString(2), Time(row, 3)!.Value, row.GetString(4), Time(row, 5)));
        return tokens;
    }

    /// <summary>Sessions that ended before their time.</summary>
    public IReadOnlyList<string> ReadEndedSessions()
    {
        var ended = new List<string>();
        using var row = Query("SELECT id FROM ended_session");
        while (row.Read())
            ended.Add(row.GetString(0));
        return ended;
    }
}
