namespace Tieline.Audit;

/// <summary>Finds lines for people, newest first. Each call reads a bounded part of the log, whatever its size, and tells how far it has come.</summary>
/// <remarks>Facts are numbered in the log's order, so a page begins where the one before ended without reading what lies behind. Times follow that order too, unless a clock was set back: then lines at the ends of a span may be missed,
/// which <see cref="AuditReader"/> finds, since it reads everything.</remarks>
internal static class AuditSearch
{
    /// <summary>Bytes that one page looks through, as much as a file of the log holds: some tens of milliseconds.</summary>
    public const long ReadAtOnce = 64L << 20;

    /// <param name="limit">Lines in the answer, at most.</param>
    /// <param name="atOnce">Bytes looked through, at most.</param>
    /// <exception cref="IOException">A file went away meanwhile.</exception>
    public static FoundLines Find(string directory, AuditQuery query, int limit, CancellationToken cancellation, long atOnce = ReadAtOnce)
    {
        using var log = new AuditBytes(directory);
        var (begin, end) = Bounds(log, query);
        var through = Math.Max(begin, end - atOnce);
        var needles = AuditReader.Needles(query);
        var found = new List<AuditEntry>();
        foreach (var line in log.Backwards(through, end))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!AuditReader.CanMatch(line.Span, needles) || AuditEntry.Read(line.Span) is not { } entry || !query.Matches(entry))
                continue;
            found.Add(entry);
            if (found.Count > limit)
                return Cut(found[..limit]);
        }

        if (through == begin)
            return new FoundLines(found, null, null);
        var (fact, at) = log.Told(through);
        return new FoundLines(found, fact, at);
    }

    private static FoundLines Cut(List<AuditEntry> found)
    {
        var last = found.LastOrDefault(entry => entry.Fact > 0);
        return new FoundLines(found, last?.Fact, last?.Timestamp);
    }

    private static (long Begin, long End) Bounds(AuditBytes log, AuditQuery query)
    {
        var end = log.Length;
        if (query.BeforeFact is { } before)
            end = log.First(line => line.Fact > 0 ? line.Fact >= before : null);
        if (query.To is { } to)
            end = Math.Min(end, log.First(line => line.Fact > 0 ? line.Timestamp >= to : null));
        var begin = query.From is { } from ? log.First(line => line.Fact > 0 ? line.Timestamp >= from : null) : 0;
        return (Math.Min(begin, end), end);
    }
}

/// <param name="Lines">Newest first.</param>
/// <param name="Next">Lines of facts with a smaller number have not been looked through; null where all have.</param>
/// <param name="LookedBackTo">The time of the oldest that was looked through; null where all have been.</param>
internal sealed record FoundLines(IReadOnlyList<AuditEntry> Lines, long? Next, DateTimeOffset? LookedBackTo);
