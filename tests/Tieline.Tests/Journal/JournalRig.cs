using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Journal;

/// <summary>A journal in a folder of its own, with its writer running, on a clock that stands still.</summary>
internal sealed class JournalRig : IAsyncDisposable
{
    public const string Crm = "crm";
    public const string Erp = "erp";

    private readonly TempDirectory _temp = new();
    private readonly TielineMetrics _metrics = new();
    private readonly List<IDisposable> _open = [];
    private Task _writing = Task.CompletedTask;

    public JournalRig(params string[] destinations) => Open(destinations.Length == 0 ? [Crm] : destinations);

    public ManualTime Time { get; } = new();

    public LogGuard Logs { get; } = new();

    public SqliteJournal Journal { get; private set; } = null!;

    public string DataPath => _temp.FileNamed("data");

    public string DatabasePath => Path.Combine(DataPath, JournalSchema.FileName);

    /// <summary>How far apart two paths may date the same fact.</summary>
    public static TimeSpan SameWithin { get; } = TimeSpan.FromSeconds(2);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static JournalWork Append(long sequence, bool held = false, int atSeconds = -1, long epoch = 1) => new JournalWork.Append(
        Some.Redacted(sequence, $"c{sequence}", TimeSpan.FromSeconds(atSeconds < 0 ? sequence : atSeconds)), new Mark(epoch, sequence, Some.Time.AddSeconds(sequence)), held);

    public static JournalWork[] Appends(int count, long from = 1) => [.. Enumerable.Range(0, count).Select(index => Append(from + index))];

    public JournalWork Settle(long position, long through = 0, string? dead = null, int attempts = 1, string destination = Crm) => new JournalWork.Settle(
        new Settlement(Journal.NumberOf(destination), new JournalPosition(position), dead is null ? 200 : 422, attempts, dead, new JournalPosition(through)));

    /// <summary>Settles all up to there, in order.</summary>
    public JournalWork[] SettleAll(int through, string destination = Crm, int from = 1) =>
        [.. Enumerable.Range(from, through - from + 1).Select(position => Settle(position, position, destination: destination))];

    /// <summary>A live event of its own conversation or of another, that is looked up first.</summary>
    public static JournalWork.Append LookUp(long sequence, string conversation, double atSeconds, string state = EventKinds.Queued, bool held = false, bool looksUp = true) => new(
        new RedactedEvent(Fact(conversation, atSeconds, state, EventOrigin.Live) with { Sequence = sequence }), new Mark(1, sequence, Some.Time.AddSeconds(sequence)), held, looksUp);

    /// <summary>An event as the REST API tells it.</summary>
    /// <param name="receivedAfter">How long after it happened; as a rule long enough for anything else to have happened meanwhile.</param>
    public static ConversationEvent Fact(string conversation, double atSeconds, string state = EventKinds.Queued, EventOrigin origin = EventOrigin.Backfill, double receivedAfter = 3_600) => Some.Event(
        null, conversation, state == EventKinds.Queued ? EventKinds.RoutingQueue : EventKinds.ConversationState, state, TimeSpan.FromSeconds(atSeconds), origin: origin) with
    {
        ReceivedAt = Some.Time.AddSeconds(atSeconds + receivedAfter),
    };

    public static JournalWork.Recover Recover(bool held, params ConversationEvent[] facts) =>
        new([.. facts.Select(fact => new RedactedEvent(fact))], 1, held, new(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Posts facts of one conversation, and waits for the verdicts.</summary>
    public async Task<IReadOnlyList<FactVerdict>> RecoverAsync(params ConversationEvent[] facts)
    {
        var recover = Recover(false, facts);
        await Journal.PostAsync(recover, Cancellation);
        return await recover.Done.Task.WaitAsync(Cancellation);
    }

    public Task AuditedAsync(long fact) => Journal.SaveHeadAsync(new AuditHead(fact, new string('0', 64)), Cancellation);

    /// <summary>Posts it and waits until it is durable.</summary>
    public async Task DoAsync(params IEnumerable<JournalWork> work)
    {
        foreach (var one in work)
            await Journal.PostAsync(one, Cancellation);
        await Journal.WaitForDurabilityAsync(Cancellation);
    }

    /// <summary>Stops in order and starts again.</summary>
    public Task ReopenAsync(params string[] destinations) => ReopenAsync(destinations.Length == 0 ? [Crm] : destinations, []);

    /// <param name="starts">Where new ones begin.</param>
    public async Task ReopenAsync(string[] destinations, Dictionary<string, StartPoint> starts)
    {
        await CloseAsync();
        Open(destinations, starts);
    }

    public IReadOnlyList<JournalEntry> Entries(string destination = Crm, long after = 0, int limit = int.MaxValue) =>
        Journal.ReadEntries(Journal.NumberOf(destination), new JournalPosition(after), limit);

    public IEnumerable<long> Positions(string destination = Crm, long after = 0, int limit = int.MaxValue) => Entries(destination, after, limit).Select(entry => entry.Position.Value);

    public IReadOnlyList<AuditFact> Facts(long after = 0, int limit = int.MaxValue) => Journal.ReadFacts(after, limit);

    public IEnumerable<string> FactLines(long after = 0, int limit = int.MaxValue) =>
        Facts(after, limit).Select(fact => string.Join(' ', new object?[] { fact.Number, fact.Action, fact.Destination, fact.Sequence, fact.Detail?.ToJsonString() }.Where(part => part is not null)));

    public long Scalar(string sql)
    {
        using var connection = Database.OpenForReading(DatabasePath, JournalSchema.Migrations.Count);
        return Database.Scalar(connection, sql);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _metrics.Dispose();
        _temp.Dispose();
        Logs.Verify();
    }

    private void Open(string[] destinations, Dictionary<string, StartPoint>? starts = null)
    {
        var directory = DataDirectory.Open(DataPath);
        Journal = SqliteJournal.Open(directory, destinations, Time, _metrics, Logs.For<SqliteJournal>(), sameWithin: SameWithin, starts: starts);
        _open.AddRange([Journal, directory]);
        _writing = Task.Run(() => Journal.WriteAsync(CancellationToken.None));
    }

    private async Task CloseAsync()
    {
        Journal.Complete();
        await _writing;
        _open.ForEach(one => one.Dispose());
        _open.Clear();
    }
}
