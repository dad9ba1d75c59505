using Microsoft.Data.Sqlite;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>What a person changes in a journal that nobody runs. Each is one transaction; whoever calls holds the <see cref="DataDirectory"/>.</summary>
internal static class StoppedJournal
{
    /// <summary>The audit log goes on from another line than the journal knew.</summary>
    /// <exception cref="StorageException">The journal cannot be used.</exception>
    public static void SetHead(DataDirectory directory, AuditHead head) => Change(
        directory, JournalSchema.SetHead, head.Fact, head.Hash, head.Checkpoint?.Number, head.Checkpoint?.Hash, head.Checkpoint?.Key);

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
        fingerprint, detail, now.ToUnixTimeMilliseconds());

    private static void Change(DataDirectory directory, string sql, params object?[] values)
    {
        var path = directory.FileNamed(JournalSchema.FileName);
        using var connection = Database.OpenForWriting(path, JournalSchema.Migrations);
        try
        {
            using var transaction = connection.BeginTransaction();
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
#pragma warning disable CA2100 // only ever called with text of our own
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var index = 0; index < values.Length; index++)
                command.Parameters.AddWithValue($"${index}", values[index] ?? DBNull.Value);
            command.ExecuteNonQuery();
            transaction.Commit();
        }
        catch (SqliteException e)
        {
            throw Database.Explain(path, e);
        }
    }
}
