using System.Buffers;
using Microsoft.Extensions.Logging;
using Tieline.Journal;

namespace Tieline.Audit;

/// <summary>Whether a journal and the audit log beside it belong together: asked at the start, before anything is received. docs/adr/0038.</summary>
/// <remarks>A log that knows more than its journal means that the journal is another or an older one: what it lacks would be missed by nobody. A log that knows less, or is damaged, loses no event: that is told, and events go on.</remarks>
internal static partial class AuditLineage
{
    /// <param name="dataDirectory">Holds <c>audit/</c>.</param>
    /// <exception cref="AuditBrokenException">They do not belong together (<see cref="AuditBrokenException.IsForeign"/>). Nothing was changed.</exception>
    public static void Check(string dataDirectory, IFactSource journal, ILogger logger)
    {
        var directory = Path.Combine(dataDirectory, "audit");
        var signed = SignedHeads.Newest(directory);
        CheckReached(directory, journal, signed?.Fact ?? 0, signed?.Journal);
        AuditTail tail;
        var head = journal.ReadHead();
        try
        {
            tail = AuditTail.ReadWhole(directory, head);
        }
        catch (Exception e) when (e is AuditBrokenException { IsForeign: false } or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return; // damaged, or not to be read: the projection tells
        }

        CheckReached(directory, journal, tail.Position.Fact, tail.Journal);
        // Up to the journal's head the hashes have been compared.
        if (tail.Position.Fact > (head?.Fact ?? 0))
            CheckLast(directory, journal, tail, tail.Journal ?? signed?.Journal, logger);
    }

    private static void CheckReached(string directory, IFactSource journal, long fact, string? id)
    {
        if (id is not null && journal.Id is { } own && id != own)
            throw AuditBrokenException.Foreign(directory, $"the log is of journal {id}, this is journal {own}");
        if (fact > journal.NewestFact)
        {
            throw AuditBrokenException.Foreign(
                directory, $"the log has reached fact {fact}, the journal's newest is {journal.NewestFact}: the journal is of an earlier time, or a new one, and lacks the events since");
        }
    }

    /// <summary>The journal keeps each fact at least until it has been told of its line: so the line can be made again.</summary>
    private static void CheckLast(string directory, IFactSource journal, AuditTail tail, string? id, ILogger logger)
    {
        if (tail.Newest.LastOrDefault() is var last && Makes(journal, last))
            return;
        // One journal, and one history up to its head and beyond: then a row of it was changed, and it is still the one.
        if (id is null || id != journal.Id || !tail.HasHead || !tail.Newest.Any(link => Makes(journal, link)))
            throw AuditBrokenException.Foreign(directory, $"the log's line of fact {last.Fact} is not the one that the journal's fact makes");
        LogChanged(logger, last.Fact);
    }

    /// <summary>Whether the journal's fact makes this very line.</summary>
    private static bool Makes(IFactSource journal, AuditLink link)
    {
        using var line = new AuditLine();
        return journal.ReadFacts(link.Fact - 1, 1) is [var fact] && fact.Number == link.Fact && line.Append(fact, link.Previous, new ArrayBufferWriter<byte>()) == link.Hash;
    }

    [LoggerMessage(EventId = 4041, EventName = "AuditedFactChanged", Level = LogLevel.Error,
        Message = "Fact {Fact} of the journal no longer makes the line that the audit log has of it: a row of the journal was changed, or is damaged. The log goes on behind it; run 'tieline audit verify'")]
    private static partial void LogChanged(ILogger logger, long fact);
}
