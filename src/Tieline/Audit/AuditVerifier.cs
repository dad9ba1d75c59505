using Tieline.Journal;

namespace Tieline.Audit;

/// <summary>Says whether an audit log is as it was written. Needs only the files and the public key beside them; may run while Tieline writes.</summary>
internal static class AuditVerifier
{
    /// <param name="directory">Holds the files, <c>checkpoints.jsonl</c> and <c>public-key.pem</c>.</param>
    /// <param name="head">A hash noted earlier: a line must have it. Null for none.</param>
    /// <param name="key">The id that the public key must have, 16 hex digits; a checkpoint must be signed with it. Null: the key beside the log is used as it is.</param>
    /// <param name="journalHead">What the journal knows the log to have reached, read before this call; null without a journal.</param>
    /// <param name="newestFact">Reads the newest fact's number from the journal; called when the log has been read, since both go on growing. Null without a journal.</param>
    /// <param name="progress">Told the number of lines checked, now and then.</param>
    /// <exception cref="ArgumentException"><paramref name="head"/> is not 64 hex digits, or <paramref name="key"/> not 16.</exception>
    /// <exception cref="IOException">A file cannot be read; so with <see cref="UnauthorizedAccessException"/>.</exception>
    public static Task<AuditReport> VerifyAsync(
        string directory, string? head, string? key, AuditHead? journalHead, Func<long>? newestFact, IProgress<long>? progress, CancellationToken cancellation)
    {
        head = head?.Trim().ToLowerInvariant();
        if (head is not null && !StrictJson.IsHex(System.Text.Encoding.UTF8.GetBytes(head), 64))
            throw new ArgumentException($"A head is 64 hex digits, was '{head}'.", nameof(head));
        key = key?.Trim().ToLowerInvariant();
        if (key is not null && !StrictJson.IsHex(System.Text.Encoding.UTF8.GetBytes(key), 16))
            throw new ArgumentException($"A key's id is 16 hex digits, was '{key}'.", nameof(key));
        return Task.Run(() => new AuditVerification(directory, head, key, journalHead, newestFact, progress).RunAsync(cancellation), cancellation);
    }
}
