using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Storage;

namespace Tieline.Audit;

/// <summary>Begins a new chain on record, where the old one cannot go on: the old files are moved aside as they are, and the new chain's first line names them, their end, and why.</summary>
internal static class AuditRestart
{
    private const string Folder = "audit";
    private const string Unfinished = "audit.new";

    /// <param name="directory">Held by the caller: no Tieline runs with it.</param>
    /// <param name="forwarded">The file that says how far the old log was forwarded; it goes aside with it.</param>
    /// <returns>The folder that the old log is in now; null where there was none.</returns>
    /// <exception cref="IOException">The disk does not take it. It may be called again.</exception>
    public static string? Begin(DataDirectory directory, string reason, string by, string forwarded, DateTimeOffset now)
    {
        AuditHead? head;
        string? id;
        Database.OpenForWriting(directory.FileNamed(JournalSchema.FileName), JournalSchema.Migrations).Dispose(); // one that is gone is a new one
        using (var journal = new JournalReader(directory.FileNamed(JournalSchema.FileName)))
            (head, id) = (journal.ReadHead(), journal.ReadId());

        var (old, unfinished) = (directory.FileNamed(Folder), directory.FileNamed(Unfinished));
        var aside = Directory.Exists(old) ? $"{Folder}-until-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}" : null;
        var detail = new JsonObject { ["journal"] = id, ["reason"] = Printable.Tidy(reason), ["by"] = Printable.Tidy(by), ["oldLog"] = aside };
        DescribeEnd(old, head, detail);
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        var after = head?.Fact ?? 0;
        var hash = Write(directory, unfinished, new AuditFact(after, now, null, null, null, null, null, AuditActions.ChainBegun, null, detail));
        if (aside is not null)
            Directory.Move(old, directory.FileNamed(aside));
        Directory.Move(unfinished, old);
        if (aside is not null && File.Exists(directory.FileNamed(forwarded)))
            File.Move(directory.FileNamed(forwarded), Path.Combine(directory.FileNamed(aside), forwarded), overwrite: true);
        WholeFile.SyncDirectory(directory.Path);
        StoppedJournal.SetHead(directory, new AuditHead(after, hash.ToString()));
        return aside;
    }

    /// <summary>How far the old log came: by its own files, else by its newest checkpoint, else as the journal knows.</summary>
    private static void DescribeEnd(string old, AuditHead? head, JsonObject detail)
    {
        try
        {
            var tail = AuditTail.ReadWhole(old, null);
            if (tail.Position.Lines > 0)
                (detail["oldFact"], detail["oldHead"], detail["oldEnd"]) = (tail.Position.Fact, tail.Position.Hash.ToString(), "log");
        }
        catch (Exception e) when (e is AuditBrokenException or IOException or InvalidDataException)
        {
            // It is what it is; something else knows of it.
        }

        if (detail.ContainsKey("oldHead"))
            return;
        if (SignedHeads.Newest(old) is { } signed)
            (detail["oldFact"], detail["oldHead"], detail["oldEnd"]) = (signed.Fact, System.Text.Encoding.ASCII.GetString(signed.Head), "checkpoint");
        else if (head is not null)
            (detail["oldFact"], detail["oldHead"], detail["oldEnd"]) = (head.Fact, head.Hash, "journal");
    }

    /// <summary>A log of one line, all of it durable.</summary>
    private static AuditHash Write(DataDirectory directory, string folder, AuditFact first)
    {
        OwnerOnly.CreateDirectory(folder);
        using var line = new AuditLine();
        var lines = new ArrayBufferWriter<byte>();
        var hash = line.Append(first, default, lines);
        var name = AuditFileName.After(null, DateOnly.FromDateTime(first.Timestamp.UtcDateTime));
        using (var file = AuditDisk.Open(Path.Combine(folder, name.ToString()), FileMode.CreateNew))
        {
            file.Write(lines.WrittenSpan);
            file.Flush(flushToDisk: true);
        }

        // The key stays; one that is lost is made anew, since nothing here was signed with it.
        using var key = AuditKey.Open(directory.FileNamed("keys"), folder);
        WholeFile.SyncDirectory(folder);
        return hash;
    }
}
