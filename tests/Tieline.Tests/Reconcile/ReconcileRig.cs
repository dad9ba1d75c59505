using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Tieline.Derivation;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;
using Tieline.Tests.Derivation;
using Tieline.Tests.Genesys.Details;

namespace Tieline.Tests.Reconcile;

/// <summary>A journal on disk that has what a details API at the wire tells, delivered to two destinations; then the test takes something away. It is an hour later.</summary>
internal sealed class ReconcileRig : IAsyncDisposable
{
    public const string Crm = "crm";
    public const string Erp = "erp";

    /// <summary>Four events: queued, transfer, queued, completed.</summary>
    public const string Usual = """
        customer voice | interact 0-90
        acd voice q1 | interact 1-5 transfer
        agent voice q1 | interact 5-30 transfer
        acd voice q2 | interact 30-35 transfer
        agent voice q2 | interact 35-90 endpoint
        ends 90
        """;

    private readonly TempDirectory _temp = new();
    private readonly DetailsRig _details = new();
    private readonly SpecificationMetrics _specification;
    private readonly DataDirectory _data;
    private readonly Task _writing;
    private readonly List<JsonElement> _records = [];
    private readonly GapOptions _gaps = new();
    private long _position;

    public ReconcileRig()
    {
        _specification = new SpecificationMetrics(_details.Time);
        _details.Time.Advance(TimeSpan.FromHours(1));
        _details.Genesys.Answer = asked => asked.Path.StartsWith("?id=", StringComparison.Ordinal) || asked.Path.EndsWith("/details", StringComparison.Ordinal) ? ById(asked)
            : asked.Method == "GET" ? FakeDetails.Json("""{"dataAvailabilityDate":"2026-01-01T00:00:00Z"}""") : FakeDetails.Json(new JsonObject
            {
                ["conversations"] = new JsonArray([.. _records.Where(record => StartedAt(record) is var at && at >= asked.From.UtcDateTime.Date && at < asked.To.UtcDateTime).Skip(100 * (asked.Page - 1)).Take(100).Select(record => JsonNode.Parse(record.GetRawText()))]),
            }.ToJsonString());
        _data = DataDirectory.Open(_temp.FileNamed("data"));
        Journal = SqliteJournal.Open(_data, [Crm, Erp], _details.Time, _details.Metrics, Logs.For<SqliteJournal>(), sameWithin: _gaps.SameWithin);
        Intake = new EventIntake(
            new EventSequencer(_gaps.ReorderWindow), new EventFilter(new FilterOptions()), Some.Redactor(), Journal, _details.Clock, _details.Time, _details.Metrics,
            _specification, Logs.For<EventIntake>());
        _writing = Task.Run(() => Journal.WriteAsync(CancellationToken.None));
    }

    public LogGuard Logs { get; } = new();

    public SqliteJournal Journal { get; }

    public EventIntake Intake { get; }

    public string DatabasePath => _data.FileNamed(JournalSchema.FileName);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static JsonElement Record(string conversation, string text = Usual)
    {
        var record = JsonNode.Parse(RecordText.Json(text).GetRawText())!;
        record["conversationId"] = conversation;
        return JsonSerializer.SerializeToElement(record);
    }

    public static IReadOnlyList<ConversationEvent> Facts(JsonElement record, EventOrigin origin = EventOrigin.Live)
    {
        RecordReader.TryRead(record, out var read, out _).ShouldBeTrue();
        return EventDerivation.Derive(read, Some.Time, origin);
    }

    /// <summary>Genesys has these conversations.</summary>
    public void Tell(params IEnumerable<JsonElement> records) => _records.AddRange(records);

    /// <summary>The stream has brought these, each as the next position.</summary>
    /// <param name="delivered">Whether both destinations have them.</param>
    public async Task ReceiveAsync(IEnumerable<ConversationEvent> events, bool delivered = true, bool held = false)
    {
        foreach (var one in events)
        {
            if (!held)
                _position++;
            await Journal.PostAsync(new JournalWork.Append(new RedactedEvent(one with { ReceivedAt = one.OccurredAt }), new Mark(1, _position, Some.Time), held), Cancellation);
            if (!delivered)
                continue;
            foreach (var name in (string[])[Crm, Erp])
                await SettleAsync(name, _position);
        }

        await Journal.WaitForDurabilityAsync(Cancellation);
    }

    public ValueTask SettleAsync(string destination, long position, string? dead = null) => Journal.PostAsync(
        new JournalWork.Settle(new Settlement(Journal.NumberOf(destination), new JournalPosition(position), 200, 1, dead, new JournalPosition(position))), Cancellation);

    /// <summary>Conversations that Genesys tells of and both destinations have, of four events each.</summary>
    public async Task HaveAsync(int conversations)
    {
        var records = Enumerable.Range(1, conversations).Select(number => Record($"c{number}")).ToList();
        Tell(records);
        await ReceiveAsync(records.SelectMany(record => Facts(record)));
    }

    /// <summary>Behind the journal's back.</summary>
    public int Tamper(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = DatabasePath, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // text of the tests' own
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteNonQuery();
    }

    public long Scalar(string sql)
    {
        using var connection = Database.OpenForReading(DatabasePath, JournalSchema.Migrations.Count);
        return Database.Scalar(connection, sql);
    }

    /// <summary>As the real API does, which finds a conversation by the day on which it started.</summary>
    private static DateTime StartedAt(JsonElement record) => record.TryGetProperty("conversationStart", out var start) && start.TryGetDateTimeOffset(out var at) ? at.UtcDateTime : Some.Time.UtcDateTime;

    private HttpResponseMessage ById(Asked asked) =>
        _records.Where(record => asked.Path.Contains(record.GetProperty("conversationId").GetString()!, StringComparison.Ordinal)).ToList() is not { Count: > 0 } found ? FakeDetails.Status(System.Net.HttpStatusCode.NotFound)
        : asked.Path[0] == '?' ? FakeDetails.Json(new JsonObject { ["conversations"] = new JsonArray([.. found.Select(record => JsonNode.Parse(record.GetRawText()))]) }.ToJsonString())
        : FakeDetails.Json(found[0].GetRawText());

    public IReadOnlyList<JournalEntry> Unsettled(string destination) => Journal.ReadEntries(Journal.NumberOf(destination), Journal.ReadSettledThrough(Journal.NumberOf(destination)), 1000);

    /// <summary>The hour before the last, in which all is that <see cref="RecordText"/> tells.</summary>
    public Task<ReconcileReport> RunAsync(IReconcileRepair? repair = null, double fromSeconds = -1800, double toSeconds = 1800, FilterOptions? filter = null)
    {
        var reconciler = new Reconciler(_details.Reader, new EventFilter(filter ?? new FilterOptions()), Some.Redactor(), ["voice"], _gaps, _details.Clock, _details.Time, _details.Metrics, Logs.For<Reconciler>());
        var request = new ReconcileRequest(Some.Time.AddSeconds(fromSeconds), Some.Time.AddSeconds(toSeconds), repair is not null);
        return _details.PassAsync(Task.Run(() => reconciler.RunAsync(request, DatabasePath, [Crm, Erp], repair, _ => { }, Cancellation)));
    }

    /// <summary>Lets every wait pass until the next fact of this kind.</summary>
    public async Task<AuditFact> LoopUntilAsync(string action, ReconcileOptions options)
    {
        var loop = new ReconcileLoop(
            new Reconciler(_details.Reader, new EventFilter(new FilterOptions()), Some.Redactor(), ["voice"], _gaps, _details.Clock, _details.Time, _details.Metrics, Logs.For<Reconciler>()), Journal, DatabasePath, [Crm, Erp],
            new JournalRepair(Intake, Journal), options, _details.Time, _details.Metrics, Logs.For<ReconcileLoop>());
        using var stopping = new CancellationTokenSource();
        var running = Task.Run(() => loop.RunAsync(stopping.Token, CancellationToken.None));
        var found = await _details.PassAsync(Task.Run(async () =>
        {
            for (var after = 0L; ; after = Journal.Counters.NextFact - 1)
            {
                if (Journal.ReadFacts(0, int.MaxValue).FirstOrDefault(fact => fact.Action == action) is { } fact)
                    return fact;
                await Journal.WaitForFactsAsync(after, Cancellation);
            }
        }));
        await stopping.CancelAsync();
        await running;
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        Journal.Complete();
        await _writing;
        Journal.Dispose();
        _data.Dispose();
        _details.Dispose();
        _temp.Dispose();
        Logs.Verify();
    }
}
