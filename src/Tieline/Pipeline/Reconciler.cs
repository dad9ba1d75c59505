using Microsoft.Extensions.Logging;
using Tieline.Backfill;
using Tieline.Derivation;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Sequencing;

namespace Tieline.Pipeline;

/// <summary>Holds what the details API has of a span against journal and deliveries, page by page, and sends what is missing where it is told to.</summary>
/// <remarks>Finding needs only to read, so it works beside a running Tieline and without one; sending needs the journal's writer, and is somebody else's (<see cref="IReconcileRepair"/>).</remarks>
/// <param name="media">Media types that are subscribed to; empty: all.</param>
internal sealed partial class Reconciler(
    DetailsReader details, EventFilter filter, IdentityRedactor redactor, IReadOnlyList<string> media, GapOptions options, SourceClock clock, TimeProvider time, TielineMetrics metrics, ILogger<Reconciler> logger)
{
    /// <summary>Conversations on their way into the journal at once, as for a backfill.</summary>
    private const int InFlight = 8;

    private volatile EventFilter _filter = filter;
    private volatile IdentityRedactor _redactor = redactor;

    public SourceClock Clock => clock;

    public IdentityRedactor Redactor => _redactor;

    public TimeProvider Time => time;

    public TimeSpan SameWithin => options.SameWithin;

    public TimeSpan SettledAfter => options.SettledAfter;

    /// <param name="journal">The path of its file.</param>
    /// <param name="destinations">Those that are configured.</param>
    /// <param name="repair">Used where the request asks for it.</param>
    /// <param name="progress">Told of the figures so far, page by page.</param>
    /// <returns>Throws for cancellation, and where the journal cannot be read; all else is in the report.</returns>
    public async Task<ReconcileReport> RunAsync(
        ReconcileRequest request, string journal, IReadOnlyCollection<string> destinations, IReconcileRepair? repair, Action<ReconcileFigures> progress, CancellationToken stopping)
    {
        using var reader = new JournalReader(journal);
        var open = new OpenConversations(request.From);
        await open.FollowAsync(reader.ReadEnds, stopping);
        var rest = open.Between(request.From, request.To);
        var from = DetailsReach.Of(media, options) is var reach && request.From.Minus(reach) is var begin && begin > EventTime.Earliest ? begin : EventTime.Earliest;
        var asked = clock.Now;
        var tally = new ReconcileTally(destinations);
        var check = new ReconcileCheck(this, request, reader, new JournalAccount(reader, destinations), tally);
        var answer = await details.ReadAsync(
            new DetailsSpan(from, request.To, media),
            null,
            (page, _, cancellation) => TakeAsync(page, cancellation),
            stopping);
        if (answer.IsComplete && rest.Count > 0)
            answer = answer.With(await details.ReadAsync(rest.First(DetailsReach.MaxById), TakeAsync, _ => { }, stopping));
        var notAsked = DetailsReach.NotAsked(from, Math.Max(0, rest.Count - DetailsReach.MaxById), answer.Refused);
        return new ReconcileReport(
            request, asked.System, answer.IsComplete, answer.Problem, request.To > asked.Source - SettledAfter, notAsked, tally.Figures, tally.Destinations, tally.Findings, tally.FindingsLeftOut);

        async ValueTask TakeAsync(DetailsPage page, CancellationToken cancellation)
        {
            // What is found is sent at once: it names people until it is redacted, and must not outlive its page.
            var found = check.Check(page, rest);
            if (request.Repair && repair is not null)
                await RepairAsync(found, repair, tally, cancellation);
            progress(tally.Figures);
        }
    }

    /// <summary>From the next fact on, another filter says what is expected.</summary>
    public void Use(EventFilter other, IdentityRedactor policy) => (_filter, _redactor) = (other, policy);

    public bool Expects(ConversationEvent fact) => _filter.Keeps(fact) && MediaNames.IsAmong(fact.MediaType, media);

    public void Refuse(string fault)
    {
        metrics.RecordFaults.Add(1);
        LogRecord(logger, fault);
    }

    private static async Task RepairAsync(IReadOnlyList<MissingFacts> found, IReconcileRepair repair, ReconcileTally tally, CancellationToken cancellation)
    {
        foreach (var some in found.Chunk(InFlight))
        {
            await Task.WhenAll(some.Select(one => one.RepairAsync(repair, cancellation)));
            tally.Repaired += some.Sum(one => one.Repaired);
        }
    }

    [LoggerMessage(EventId = 6210, EventName = "RecordUnchecked", Level = LogLevel.Warning, Message = "A details record is no conversation and could not be checked: {Fault}")]
    private static partial void LogRecord(ILogger logger, string fault);
}
