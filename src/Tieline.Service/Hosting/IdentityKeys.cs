using System.Text;
using Tieline.Filtering;
using Tieline.Journal;
using Tieline.Service.Configuration;
using Tieline.Storage;

namespace Tieline.Service.Hosting;

/// <summary>The key that identities are hashed under: the configured one, or that of the data directory. Another one than before is not taken without a word, since each person's hash would change.</summary>
internal static class IdentityKeys
{
    private const string Folder = "keys";

    /// <summary>Makes the file where there is none and none is configured.</summary>
    /// <exception cref="IOException">It can be neither read nor made.</exception>
    public static byte[] Read(DataDirectory directory, TielineOptions options) => Read(directory.Path, options);

    /// <inheritdoc cref="Read(DataDirectory, TielineOptions)"/>
    public static byte[] Read(string directory, TielineOptions options) => options.Redaction.IdentityKey.IsEmpty
        ? IdentityKeyFile.Open(Path.Combine(directory, Folder))
        : Encoding.UTF8.GetBytes(options.Redaction.IdentityKey.Reveal());

    /// <summary>At the start, before anything is received.</summary>
    /// <exception cref="StartupException">The journal has been written with another key, or with one that is gone.</exception>
    public static void Check(DataDirectory directory, TielineOptions options, SqliteJournal journal)
    {
        if (!Hashes(options))
            return;
        var (known, isUsed) = journal.Read(reader => (reader.ReadIdentityKey(), reader.ReadSince() is not null));
        var file = Path.Combine(directory.FileNamed(Folder), IdentityKeyFile.FileName);
        // A journal of before fingerprints knows none; but where it has events there was a key.
        if (options.Redaction.IdentityKey.IsEmpty && !IdentityKeyFile.Exists(directory.FileNamed(Folder)) && (known is not null || isUsed))
            throw Refused($"'{file}' is missing, and identities in the journal were hashed under it (or under a configured Redaction:IdentityKey)");
        var fingerprint = IdentityKeyFile.Fingerprint(Read(directory, options));
        if (known is not null && known != fingerprint)
            throw Refused($"{(options.Redaction.IdentityKey.IsEmpty ? $"'{file}'" : "Redaction:IdentityKey")} is not the key that identities in the journal were hashed under ({fingerprint}, was {known})");
        if (known is null)
            journal.TryPost(new JournalWork.KnowIdentityKey(fingerprint));
    }

    /// <summary>Whether the key matters.</summary>
    public static bool Hashes(TielineOptions options) => options.Redaction.Identity is IdentityMode.Structural or IdentityMode.Hash;

    private static StartupException Refused(string found) => new(
        $"{found}. With another key each person would have another hash from now on. Put the key back from a copy; "
        + "or go on with another one on record: 'tieline secret accept-identity-key --reason TEXT'.");
}
