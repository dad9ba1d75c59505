using System.Globalization;
using System.Text;
using System.Text.Json;
using Tieline.Sequencing;
using Tieline.Simulator;

namespace Tieline.FunctionalTests.Support;

/// <summary>
/// The ledger equation, from each end's own records: what Genesys numbered, what the CRM got, and what Tieline lists as missing. Every number that was written
/// to a socket is delivered, dead-lettered, filtered or in a gap; every number that was not is in a gap.
/// </summary>
internal sealed class Account
{
    private const int Shown = 10;

    private List<string> _unsettledGaps = [];
    private List<(DateTimeOffset From, DateTimeOffset To)> _spans = [];
    private IReadOnlyDictionary<string, string> _ends = new Dictionary<string, string>();

    private Account()
    {
    }

    /// <summary>Every event that was numbered, in order; each with the epoch of its numbering, from 1.</summary>
    public required IReadOnlyList<(int Epoch, LedgerLine Line)> Ledger { get; init; }

    public required IReadOnlyList<CrmRequest> Requests { get; init; }

    /// <summary>Numbers that Tieline lists as missing, by epoch.</summary>
    public required IReadOnlySet<(int Epoch, long Sequence)> InGaps { get; init; }

    /// <summary>Written to a socket.</summary>
    public IReadOnlyList<LedgerLine> Sent { get; private set; } = [];

    /// <summary>Of these, what the default filter drops.</summary>
    public int Filtered { get; private set; }

    /// <summary>Ids that the CRM took as good.</summary>
    public int Delivered { get; private set; }

    public int DeadLettered { get; private set; }

    /// <summary>Sent, and neither delivered nor dead-lettered, filtered or in a gap: the equation does not hold.</summary>
    public IReadOnlyList<LedgerLine> Lost { get; private set; } = [];

    /// <summary>Never written to a socket, between others that were, and in no gap.</summary>
    public IReadOnlyList<LedgerLine> Unlisted { get; private set; } = [];

    /// <summary>In a gap although it was written to a socket.</summary>
    public IReadOnlyList<LedgerLine> SentButInGap { get; private set; } = [];

    /// <summary>What came under an id that Genesys's ledger does not give to such an event, or under none.</summary>
    public IReadOnlyList<string> Strangers { get; private set; } = [];

    /// <summary>Ids that came with more than one body.</summary>
    public IReadOnlyList<string> TwoBodies { get; private set; } = [];

    /// <summary>Ids that the CRM took as good more than once.</summary>
    public IReadOnlyList<string> SecondCopies { get; private set; } = [];

    /// <summary>What came first after a later event of its conversation had come, fetched ones aside.</summary>
    public IReadOnlyList<LedgerLine> OutOfOrder { get; private set; } = [];

    /// <summary>What was fetched too late to come before a later event of its conversation.</summary>
    public IReadOnlyList<LedgerLine> LateBackfill { get; private set; } = [];

    /// <summary>Ids that came as fetched.</summary>
    public int Recovered { get; private set; }

    /// <summary>Events that the filter keeps, between the first and the last that were sent, and that the CRM has not got.</summary>
    public IReadOnlyList<LedgerLine> Missing { get; private set; } = [];

    /// <summary>Whether nothing is under way any more: all is accounted for, and every gap is confirmed and audited.</summary>
    public bool IsSettled => Lost.Count == 0 && Unlisted.Count == 0 && _unsettledGaps.Count == 0;

    /// <param name="requests">What the CRM got; null: what it says itself. Another list shows that the account would notice.</param>
    public static Account Of(Site site, IReadOnlyList<CrmRequest>? requests = null)
    {
        // The CRM is asked last: what it has by then may only be more.
        var (inGaps, spans, unsettled) = ReadGaps(site);
        var account = new Account { Ledger = WithEpochs(site.Genesys.Ledger()), InGaps = inGaps, Requests = requests ?? site.Crm.Requests(), _spans = spans, _unsettledGaps = unsettled };
        account._ends = EndIds.Of(account.Ledger.Select(entry => entry.Line), account.Requests);
        account.Balance(site.AuditLines("dead-lettered").Select(line => line.Entry.Id!).ToHashSet(StringComparer.Ordinal));
        return account;
    }

    /// <summary>What must hold whatever happened: nothing lost, nothing unlisted, one id and one body for each event, in order.</summary>
    public void ShouldBalance()
    {
        if (!IsSettled || Strangers.Count > 0 || TwoBodies.Count > 0 || OutOfOrder.Count > 0)
            throw new InvalidOperationException($"The account does not balance.\n{this}");
    }

    /// <summary>It balances, and what is in gaps is exactly what Genesys could not send: no more, no less.</summary>
    public void ShouldHaveExactGaps()
    {
        ShouldBalance();
        if (SentButInGap.Count > 0 || SecondCopies.Count > 0)
            throw new InvalidOperationException($"What was sent is in a gap, or came twice.\n{this}\nSENT BUT IN A GAP:\n  {string.Join("\n  ", SentButInGap.Take(Shown).Select(Describe))}");
    }

    /// <summary>It balances, and nothing went wrong on the way: no gap, no second copy.</summary>
    public void ShouldBeUndisturbed()
    {
        ShouldBalance();
        if (InGaps.Count > 0 || SecondCopies.Count > 0)
            throw new InvalidOperationException($"There are gaps or second copies where nothing was disturbed.\n{this}");
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"numbered {Ledger.Count}, sent {Sent.Count} = delivered {Delivered} + dead-lettered {DeadLettered} + filtered {Filtered}; in gaps {InGaps.Count} ({SentButInGap.Count} of them sent); fetched {Recovered} ({LateBackfill.Count} of them too late for their order), missing {Missing.Count}");
        Append("LOST", Lost.Select(Describe));
        Append("NOT SENT AND IN NO GAP", Unlisted.Select(Describe));
        Append("GAPS NOT CONFIRMED AND AUDITED", _unsettledGaps);
        Append("STRANGERS", Strangers);
        Append("TWO BODIES", TwoBodies);
        Append("OUT OF ORDER", OutOfOrder.Select(Describe));
        Append("second copies", SecondCopies);
        return text.ToString();

        void Append(string what, IEnumerable<string> items)
        {
            var all = items.ToList();
            if (all.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $"\n{what}: {all.Count}\n  {string.Join("\n  ", all.Take(Shown))}");
        }
    }

    private static string Describe(LedgerLine line) =>
        string.Create(CultureInfo.InvariantCulture, $"{line.Sequence} {line.Id} {line.Type} {line.State} of {line.ConversationId}, written {line.WrittenAt:HH:mm:ss.fff}");

    private static List<(int Epoch, LedgerLine Line)> WithEpochs(IEnumerable<LedgerLine> lines)
    {
        var ledger = new List<(int, LedgerLine)>();
        var (epoch, last) = (1, 0L);
        foreach (var line in lines)
        {
            epoch += line.Sequence <= last ? 1 : 0;
            last = line.Sequence;
            ledger.Add((epoch, line));
        }

        return ledger;
    }

    /// <summary>The journal's gap table, and what of it the audit log does not say yet.</summary>
    private static (HashSet<(int Epoch, long Sequence)> InGaps, List<(DateTimeOffset From, DateTimeOffset To)> Spans, List<string> Unsettled) ReadGaps(Site site)
    {
        var inGaps = new HashSet<(int, long)>();
        var spans = new List<(DateTimeOffset, DateTimeOffset)>(); // what a new numbering hides: known by time only
        var unsettled = new List<string>();
        using var journal = site.OpenJournal();
        var gaps = journal.ReadOpenGaps();
        var audited = site.AuditLines("gap-detected").Select(line => line.Detail!).ToLookup(detail => (long)detail["gap"]!);
        // The lines of gaps from before a chain that was begun anew are in the old log, which was moved aside, or taken away.
        var begun = site.AuditLines("chain-begun").Select(line => (DateTimeOffset?)line.Entry.Timestamp).FirstOrDefault();
        foreach (var gap in gaps)
        {
            foreach (var range in gap.Missing)
            {
                for (var sequence = range.First; sequence <= range.Last; sequence++)
                    inGaps.Add(((int)gap.Epoch, sequence));
            }

            if (gap is { First: null, From: { } from, To: { } to })
                spans.Add((from, to));
            if (gap.ConfirmedAt is null || (!(gap.ConfirmedAt < begun) && audited[gap.Number].Count(detail => (long?)detail["firstSequence"] == gap.First && ((long?)detail["lastSequence"] == gap.Last || gap.Reason == GapReason.Unreadable)) != 1)) // frames that cannot be read are one gap that grows: its line tells of the first
                unsettled.Add(gap.ToString());
        }

        return (inGaps, spans, unsettled);
    }

    private void Balance(HashSet<string> deadLettered)
    {
        var byId = Ledger.Where(entry => entry.Line.Id is not null).Select((entry, index) => (entry.Line, index)).ToDictionary(entry => entry.Line.Id!, StringComparer.Ordinal);
        var delivered = Requests.Where(request => request is { Processed: true, Id: not null }).Select(request => IdOf(request)!).ToHashSet(StringComparer.Ordinal);
        Delivered = delivered.Count;
        DeadLettered = deadLettered.Count;
        Sent = [.. Ledger.Where(entry => entry.Line.Written).Select(entry => entry.Line)];
        Filtered = Sent.Count(line => line is { Passes: false, Id: not null });
        var written = Ledger.Index().Where(entry => entry.Item.Line.Written).Select(entry => entry.Index).ToList();
        var (first, last) = written.Count == 0 ? (0, -1) : (written[0], written[^1]);
        var (lost, unlisted, sentButInGap) = (new List<LedgerLine>(), new List<LedgerLine>(), new List<LedgerLine>());
        for (var index = first; index <= last; index++)
        {
            var (epoch, line) = Ledger[index];
            var isInGap = InGaps.Contains((epoch, line.Sequence));
            var isFiltered = line is { Passes: false, Id: not null };
            if (line.Written && isInGap && line.Id is not null)
                sentButInGap.Add(line);
            else if (line.Written && !isInGap && !isFiltered && (line.Id is null || (!delivered.Contains(line.Id) && !deadLettered.Contains(line.Id))))
                lost.Add(line);
            else if (!line.Written && !isInGap && !_spans.Exists(span => line.Timestamp >= span.From && line.Timestamp <= span.To))
                unlisted.Add(line);
        }

        (Lost, Unlisted, SentButInGap) = (lost, unlisted, sentButInGap);
        Strangers = [.. Requests.Where(request => request.Id is null || !byId.TryGetValue(IdOf(request)!, out var known) || !Agrees(request, known.Line)).Select(request => $"{request.Id}: {Encoding.UTF8.GetString(request.Body)}")];
        var copies = Requests.Where(request => request.Id is not null).GroupBy(request => request.Id!, StringComparer.Ordinal).Where(group => group.Skip(1).Any()).ToList();
        TwoBodies = [.. copies.Where(group => group.Any(request => !request.Body.AsSpan().SequenceEqual(group.First().Body))).Select(group => group.Key)];
        SecondCopies = [.. Requests.Where(request => request is { Processed: true, Id: not null }).GroupBy(request => IdOf(request)!, StringComparer.Ordinal).Where(group => group.Skip(1).Any()).Select(group => group.Key)];
        var misplaced = FindOutOfOrder(byId).ToList();
        OutOfOrder = [.. misplaced.Where(found => !found.IsBackfill).Select(found => found.Line)];
        LateBackfill = [.. misplaced.Where(found => found.IsBackfill).Select(found => found.Line)];
        Recovered = Requests.Where(request => request is { Processed: true, Id: not null } && IsBackfill(request)).Select(IdOf).Distinct().Count();
        Missing = first > last ? [] : [.. Ledger.Take(first..(last + 1)).Select(entry => entry.Line).Where(line => line is { Passes: true, Id: not null } && !delivered.Contains(line.Id!))];
    }

    /// <summary>The ledger's id of what it is about.</summary>
    private string? IdOf(CrmRequest request) => request.Id is { } id ? _ends.GetValueOrDefault(id, id) : null;

    private static bool IsBackfill(CrmRequest request) =>
        request.Headers.Any(header => header.Key.Equals("Tieline-Origin", StringComparison.OrdinalIgnoreCase) && header.Value == "backfill");

    /// <summary>Whether what the CRM got is about this event and one that the filter keeps.</summary>
    private static bool Agrees(CrmRequest request, LedgerLine line)
    {
        using var body = JsonDocument.Parse(request.Body);
        var root = body.RootElement;
        return line.Passes
            && root.GetProperty("conversationId").GetString() == line.ConversationId
            && root.GetProperty("type").GetString() == line.Type
            && (line.State is null || root.GetProperty("state").GetString() == line.State)
            && root.GetProperty("timestamp").GetDateTimeOffset() == line.Timestamp
            && request.Headers.FirstOrDefault(header => header.Key.Equals("Idempotency-Key", StringComparison.OrdinalIgnoreCase)).Value is var key && (request.Headers.Count == 0 || key == request.Id);
    }

    private IEnumerable<(LedgerLine Line, bool IsBackfill)> FindOutOfOrder(Dictionary<string, (LedgerLine Line, int Index)> byId)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var latest = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var request in Requests.Where(request => request is { Processed: true, Id: not null, ConversationId: not null }))
        {
            if (!byId.TryGetValue(IdOf(request)!, out var known) || !seen.Add(IdOf(request)!))
                continue;
            if (latest.TryGetValue(request.ConversationId!, out var last) && known.Index < last)
                yield return (known.Line, IsBackfill(request));
            else
                latest[request.ConversationId!] = known.Index;
        }
    }
}
