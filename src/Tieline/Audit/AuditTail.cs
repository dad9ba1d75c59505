using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tieline.Journal;

namespace Tieline.Audit;

/// <summary>Where a log that was written earlier ends. Reads the newest two files and checks their chain: what has been altered there is never built upon.</summary>
/// <param name="Position">After the last whole line.</param>
/// <param name="TornBytes">What follows it: a line that a crash cut short.</param>
/// <param name="Newest">The newest lines of facts behind the journal's head, oldest first, at most <see cref="MaxNewest"/>.</param>
/// <param name="Journal">The id of the journal that it is of, as the newest line says that tells; null where none in the files that were read does.</param>
/// <param name="HasHead">The line of the journal's head is among those that were read, as the journal knows it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AuditTail(AuditPosition Position, long TornBytes, IReadOnlyCollection<AuditLink> Newest, string? Journal, bool HasHead)
{
    private const int MaxNewest = 64;

    /// <param name="head">What the journal knows the log to have reached.</param>
    /// <exception cref="AuditBrokenException">A line does not fit the chain, lines that the journal knows of are gone, or the journal knows another line.</exception>
    public static AuditTail Read(string directory, AuditHead? head)
    {
        var tail = ReadWhole(directory, head);
        if (head is not null && tail.Position.Fact < head.Fact)
        {
            throw new AuditBrokenException(
                $"The audit log in '{directory}' ends with fact {tail.Position.Fact}, but the journal knows that it had reached {head.Fact}: lines were removed from its end, or another program rotated or cut its newest file. "
                + "Put the files back. If that is not possible, stop Tieline and begin a new log on record: 'tieline audit restart --reason TEXT'.");
        }

        return tail;
    }

    /// <summary>However short of the journal's head it is.</summary>
    /// <inheritdoc cref="Read(string, AuditHead)"/>
    public static AuditTail ReadWhole(string directory, AuditHead? head)
    {
        var names = AuditFileName.List(directory);
        var tail = Read(directory, names, head, Math.Max(0, names.Count - 2));
        // Files without a single fact hold only repairs: a crash each time before the first line. Look further back for the number to go on from.
        for (var first = names.Count - 3; tail.Position.Fact == 0 && first >= 0; first--)
            tail = Read(directory, names, head, first);
        return tail;
    }

    private static AuditTail Read(string directory, IReadOnlyList<AuditFileName> names, AuditHead? head, int first)
    {
        var tail = default(AuditTail);
        for (var i = first; i < names.Count; i++)
        {
            if (tail.TornBytes > 0)
                throw AuditBrokenException.At(names[i - 1].ToString(), tail.Position.Lines + 1, "it has no end, and another file follows");
            tail = ReadFile(directory, names[i], tail with { Position = tail.Position with { File = names[i], Length = 0, Lines = 0 } }, head, linked: i > first || first == 0);
        }

        return tail;
    }

    /// <param name="linked">Whether the line before the file's first is known.</param>
    private static AuditTail ReadFile(string directory, AuditFileName name, AuditTail tail, AuditHead? head, bool linked)
    {
        var (position, newest) = (tail.Position, new Queue<AuditLink>(tail.Newest ?? []));
        var path = Path.Combine(directory, name.ToString());
        using var lines = new LineReader(path);
        while (lines.TryRead(out var line))
        {
            if (!TryReadLine(line, out var fact, out var previous, out var hash))
                throw AuditBrokenException.At(name.ToString(), lines.Lines, "its hash does not match its bytes");
            if (linked && previous != position.Hash)
                throw AuditBrokenException.At(name.ToString(), lines.Lines, "it does not follow the line before");
            if (fact != 0 && position.Fact != 0 && fact != position.Fact + 1)
                throw AuditBrokenException.At(name.ToString(), lines.Lines, $"its fact is {fact}, after {position.Fact}");
            if (fact != 0 && fact == head?.Fact)
            {
                if (hash.ToString() != head.Hash)
                    throw AuditBrokenException.Foreign(directory, $"the line of fact {fact} ('{name}' line {lines.Lines}) is not the one that the journal knows");
                tail = tail with { HasHead = true };
            }

            if (JournalOf(line) is { } journal)
                tail = tail with { Journal = journal };
            if (fact > (head?.Fact ?? 0))
                newest.Enqueue(new AuditLink(fact, previous, hash));
            if (newest.Count > MaxNewest)
                newest.Dequeue();
            linked = true;
            position = position with { Hash = hash, Fact = fact == 0 ? position.Fact : fact, FactHash = fact == 0 ? position.FactHash : hash };
        }

        position = position with { Length = lines.WholeBytes, Lines = lines.Lines, Closed = AuditDisk.IsReadOnly(path) };
        if (position.Closed && lines.Rest.Length > 0)
            throw AuditBrokenException.At(name.ToString(), lines.Lines + 1, "it has no end, in a file that was closed whole");
        return tail with { Position = position, TornBytes = lines.Rest.Length, Newest = newest };
    }

    /// <returns>The journal that a line names, if it is one that does.</returns>
    private static string? JournalOf(ReadOnlySpan<byte> line)
    {
        if (line.IndexOf(",\"action\":\"started\","u8) < 0 && line.IndexOf(",\"action\":\"chain-begun\","u8) < 0)
            return null;
        if (AuditEntry.Read(line) is not { Detail: { } detail, Action: AuditActions.Started or AuditActions.ChainBegun })
            return null;
        using var members = JsonDocument.Parse(detail);
        return members.RootElement.TryGetProperty("journal", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
    }

    private static bool TryReadLine(Span<byte> line, out long fact, out AuditHash previous, out AuditHash hash)
    {
        var hashLabel = ",\"hash\":\""u8;
        var previousLabel = ",\"previous\":\""u8;
        var factLabel = ",\"fact\":"u8;
        fact = 0;
        previous = hash = default;

        // From the end: ,"previous":"64","hash":"64"}
        var bodyEnd = line.Length - hashLabel.Length - AuditHash.HexLength - 2;
        var previousStart = bodyEnd - 1 - AuditHash.HexLength;
        if (previousStart < previousLabel.Length || !line[bodyEnd..].StartsWith(hashLabel) || !line.EndsWith("\"}"u8)
            || !line[..previousStart].EndsWith(previousLabel)
            || !AuditHash.TryParse(line.Slice(previousStart, AuditHash.HexLength), out previous)
            || !AuditHash.TryParse(line.Slice(bodyEnd + hashLabel.Length, AuditHash.HexLength), out hash))
            return false;

        // The first one is the member: inside a string a quote is escaped, so it never follows a comma; detail comes later.
        var factStart = line.IndexOf(factLabel) + factLabel.Length;
        if (factStart < factLabel.Length || !Utf8Parser.TryParse(line[factStart..], out fact, out _))
            return false;
        line[bodyEnd] = (byte)'}';
        var matches = AuditHash.Of(line[..(bodyEnd + 1)]) == hash;
        line[bodyEnd] = (byte)',';
        return matches;
    }
}
