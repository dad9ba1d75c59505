using System.Globalization;
using System.Text;
using Tieline.Audit;
using Tieline.Journal;
using Tieline.Service.Commands;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;

namespace Tieline.Service.Web.Figures;

/// <summary>What is on record, for showing: the last changes from the journal, any line from the log's files.</summary>
internal sealed class AuditLines(TielineOptions options, RunningParts parts, JournalDesk journal)
{
    /// <summary>So far back changes are looked for, in facts: older ones stand in the log.</summary>
    private const int LookedThrough = 500_000;

    private const int Kept = 20;

    private readonly Lock _gate = new();
    private IReadOnlyList<AuditRow> _changes = [];
    private long _seen = -1;

    public string Directory { get; } = Path.Combine(Path.GetFullPath(options.DataDirectory), AuditLocation.Folder);

    /// <summary>The newest twenty changes, newest first. Each fact is looked at once, however many ask and however often.</summary>
    public IReadOnlyList<AuditRow> Changes()
    {
        lock (_gate)
        {
            if (parts.Current is not { } running)
                return _changes;
            var newest = running.Journal.Counters.NextFact - 1;
            var after = _seen < 0 ? Math.Max(0, newest - LookedThrough) : _seen;
            if (newest > after)
                _changes = [.. running.Journal.Read(reader => reader.ReadChanges(after, Kept)).Select(AuditRow.Of).Concat(_changes).DistinctBy(row => row.Fact).Take(Kept)];
            // The newest may not be durable yet, and is looked at again.
            _seen = Math.Max(after, _changes.Count > 0 ? Math.Max(_changes[0].Fact, newest - 1_000) : newest - 1_000);
            return _changes;
        }
    }

    /// <summary>Changes before a fact, newest first, and where to go on; null where all has been looked through.</summary>
    /// <param name="before">The number of a fact; null: from the newest.</param>
    public static (IReadOnlyList<AuditFact> Changes, long? Next) ChangesBefore(SqliteJournal journal, long? before, int limit)
    {
        var high = Math.Min(before ?? long.MaxValue, journal.Counters.NextFact);
        var low = Math.Max(0, high - 1 - LookedThrough);
        var changes = journal.Read(reader => reader.ReadChanges(low, limit, high));
        return (changes, changes.Count == limit ? changes[^1].Number : low > 0 ? low + 1 : null);
    }

    /// <summary>Lines that fit, newest first: a page, which comes of a bounded part of the log and so may be empty while there is a next one.</summary>
    public async Task<AuditPage> FindAsync(AuditQuery query, int limit, CancellationToken cancellation)
    {
        // Without a condition they are the journal's facts, of which the log is a copy that may be a second behind: no file need be read for them, while the journal has them all.
        if (query is { ConversationId: null, Action: null, From: null, To: null } && parts.Current is { } running)
        {
            var facts = NewestFacts(running.Journal, limit + 1, query.BeforeFact);
            if (facts.Count > limit)
                return new AuditPage([.. facts.Take(limit).Select(AuditRow.Of)], facts[limit - 1].Number, facts[limit - 1].Timestamp);
            if (facts is [.., { Number: 1 }])
                return new AuditPage([.. facts.Select(AuditRow.Of)], null, null);
        }

        try
        {
            var found = AuditSearch.Find(Directory, await NarrowedAsync(query, cancellation), limit, cancellation);
            return new AuditPage([.. found.Lines.Select(AuditRow.Of)], found.Next, found.LookedBackTo);
        }
        catch (IOException)
        {
            return new AuditPage([], null, null); // a file that has just been moved away
        }
    }

    /// <summary>A conversation's lines lie between its first event and the last settlement, while the journal knows of both: so the rest of the log need not be read.</summary>
    private async Task<AuditQuery> NarrowedAsync(AuditQuery query, CancellationToken cancellation) =>
        query is { ConversationId: { } conversation, From: null, To: null } && await journal.ReadAsync(reader => reader.ReadStorySpan(conversation), cancellation) is { } span
            ? query with { From = span.From, To = span.To + TimeSpan.FromSeconds(1) }
            : query;

    /// <summary>What the newest lines say, newest first; the log may not have the very last yet.</summary>
    /// <param name="before">Only of facts with a smaller number; null: of all.</param>
    /// <returns>Fewer than <paramref name="last"/> where there are no more, or retention has taken facts that only the log has still.</returns>
    private static IReadOnlyList<AuditFact> NewestFacts(SqliteJournal journal, int last, long? before = null)
    {
        var end = Math.Min(before ?? long.MaxValue, journal.Counters.NextFact);
        return [.. journal.ReadFacts(Math.Max(0, end - 1 - last), last).Where(fact => fact.Number < end && fact.Lost is null).Reverse()];
    }

    /// <summary>Checks the chain from the first line, as <c>tieline audit verify</c> does.</summary>
    /// <param name="progress">Told how many lines have been checked.</param>
    public async Task<AuditReport> VerifyAsync(Action<long> progress, CancellationToken cancellation) => await AuditVerifier.VerifyAsync(
        Directory, null, null, await journal.ReadAsync(reader => reader.ReadHead(), cancellation), () => parts.Current?.Journal.NewestFact ?? long.MaxValue, new Progress<long>(progress), cancellation);

    /// <summary>Those lines as they stand in the files, oldest first.</summary>
    public IEnumerable<string> Raw(AuditQuery query, CancellationToken cancellation) =>
        System.IO.Directory.Exists(Directory) ? AuditReader.Read(Directory, query, cancellation).Select(entry => entry.Json) : [];

    /// <summary>The newest signed heads, newest first. None has been checked.</summary>
    /// <param name="before">Only lines of a smaller number.</param>
    public IReadOnlyList<SignedHead> Checkpoints(int limit, long before = long.MaxValue)
    {
        var path = Path.Combine(Directory, CheckpointFile.Name);
        try
        {
            return File.Exists(path) ? [.. File.ReadLines(path).Index().TakeWhile(line => line.Index + 1 < before).TakeLast(limit).Select(line => SignedHead.Parse(Encoding.UTF8.GetBytes(line.Item), line.Index + 1)).Reverse()] : [];
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            return []; // its last line is being written; the verifier says more
        }
    }

    /// <summary>What is asked for in a URL; a time that is none is not asked for.</summary>
    public static AuditQuery QueryOf(string? conversation, string? action, string? from, string? to, long? before = null) => new(null, Given(conversation), Given(action), Time(from), Time(to), before);

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
