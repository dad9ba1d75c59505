using Microsoft.Data.Sqlite;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>What a person changes in a journal that nobody runs. Each is one transaction; whoever calls holds the <see cref="DataDirectory"/>.</summary>
internal static class StoppedJournal
{
    /// <summary>The audit log goes on from another line than the journal knew.</summary>
    /// <exception cref="StorageException">The journal cannot be used.</exception>
    public static void SetHead(DataDirectory directory, AuditHead head) => Change(
        directory, JournalSchema.SetHead,
        ("$0", head.Fact), ("$1", head.Hash), ("$2", head.Checkpoint?.Number), ("$3", head.Checkpoint?.Hash), ("$4", head.Checkpoint?.Key));

    /// <summary>Identities are hashed under another key from now on, which stands in the audit log.</summary>
    /// <param name="fingerprint">The new key's.</param>
    /// <param name="detail">Of the line, JSON.</param>
    /// <exception cref="StorageException">The journal cannot be used.</exception>
    public static void SetIdentityKey(DataDirectory directory, string fingerprint, string detail, DateTimeOffset now) => Change(
        directory,
        """
        UPDATE journal SET identity_key = $0;
        INSERT INTO fact(number, count, kind, at, detail) SELECT next_fact, 1, 'identity-key-changed', $2, $1 FROM mark;
        UPDATE mark SET next_fact = next_fact + 1;
        """,
        ("$0", fingerprint), ("$1", detail), ("$2", now.ToUnixTimeMilliseconds()));

    private static void Change(DataDirectory directory, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var path = directory.FileNamed(JournalSchema.FileName);
        using var connection = Database.OpenForWriting(path, JournalSchema.Migrations);
        try
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(sql, values);
            transaction.Commit();
        }
        catch (SqliteException e)
        {
            throw Database.Explain(path, e);
        }
    }
}
