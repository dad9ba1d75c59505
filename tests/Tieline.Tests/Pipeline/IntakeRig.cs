using System.Text;
using Tieline.Diagnostics;
using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

/// <summary>An intake with a journal on disk. Its writer runs only while the test lets it.</summary>
internal sealed class IntakeRig : IAsyncDisposable
{
    public const string Destination = "crm";

    private readonly TempDirectory _directory = new();
    private readonly CancellationTokenSource _limit;
    private readonly TimeSpan _window;
    private readonly TimeSpan _holdFor;
    private readonly TimeSpan? _holdAtMost;
    private readonly long _tolerance;
    private readonly TielineMetrics _metrics = new();
    private DataDirectory _data = null!;
    private CancellationTokenSource? _killing;
    private Task? _writing;

    /// <param name="holdSeconds">How long a confirmed gap holds; zero, as where nobody fills gaps: not at all.</param>
    public IntakeRig(double windowSeconds = 2, double holdSeconds = 0, long tolerance = 0, double limitSeconds = 60, double? holdAtMostSeconds = null)
    {
        _limit = new CancellationTokenSource(TimeSpan.FromSeconds(limitSeconds));
        _holdAtMost = holdAtMostSeconds is { } most ? TimeSpan.FromSeconds(most) : null;
        (_window, _holdFor, _tolerance) = (TimeSpan.FromSeconds(windowSeconds), TimeSpan.FromSeconds(holdSeconds), tolerance);
        Clock = new SourceClock(Time);
        Specification = new SpecificationMetrics(Time);
        Open();
    }

    /// <summary>Ends a test that would wait for ever.</summary>
    public CancellationToken Limit => _limit.Token;

    public ManualTime Time { get; } = new();

    public SourceClock Clock { get; }

    public LogGuard Logs { get; } = new();

    public SpecificationMetrics Specification { get; private set; }

    public SqliteJournal Journal { get; private set; } = null!;

    public EventIntake Intake { get; private set; } = null!;

    public TielineMetrics Metrics => _metrics;

    public string DatabasePath => _data.FileNamed(JournalSchema.FileName);

    public void StartWriting()
    {
        if (_writing is not null)
            return;
        var (journal, killed) = (Journal, (_killing = CancellationTokenSource.CreateLinkedTokenSource(Limit)).Token);
        _writing = Task.Run(() => journal.WriteAsync(killed), CancellationToken.None);
    }

    public async Task OfferAsync(params IEnumerable<byte[]> frames)
    {
        foreach (var frame in frames)
            await Intake.OnFrameAsync(frame, Limit);
    }

    public Task OfferAsync(string frame) => OfferAsync(Encoding.UTF8.GetBytes(frame));

    public async Task ExpireAsync(double afterSeconds)
    {
        Time.Advance(TimeSpan.FromSeconds(afterSeconds));
        await Intake.ExpireAsync(Limit);
    }

    /// <summary>Sequences that go out, in their order.</summary>
    public async Task<IReadOnlyList<long?>> DeliverableAsync()
    {
        StartWriting();
        await Journal.WaitForDurabilityAsync(Limit);
        return Rows("SELECT sequence FROM event ORDER BY position", row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0));
    }

    public async Task<IReadOnlyList<long>> HeldAsync()
    {
        StartWriting();
        await Journal.WaitForDurabilityAsync(Limit);
        return Rows("SELECT sequence FROM held ORDER BY arrival", row => row.GetInt64(0));
    }

    /// <summary>Each gap as <c>reason state missing</c>.</summary>
    public async Task<IReadOnlyList<string>> GapsAsync()
    {
        StartWriting();
        await Journal.WaitForDurabilityAsync(Limit);
        return Rows("SELECT reason, state, missing FROM gap ORDER BY number", row => $"{row.GetString(0)} {row.GetString(1)} {row.GetString(2)}".TrimEnd());
    }

    public IReadOnlyList<T> Rows<T>(string sql, Func<Microsoft.Data.Sqlite.SqliteDataReader, T> read)
    {
        using var connection = Database.OpenForReading(_data.FileNamed(JournalSchema.FileName), JournalSchema.Migrations.Count);
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // text of the tests' own
        command.CommandText = sql;
#pragma warning restore CA2100
        using var row = command.ExecuteReader();
        var rows = new List<T>();
        while (row.Read())
            rows.Add(read(row));
        return rows;
    }

    /// <summary>As a process that ends and starts again: what was queued has become durable, what was only in memory is gone.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        Specification = new SpecificationMetrics(Time);
        Open();
    }

    /// <summary>As <see cref="RestartAsync"/>, and between the two lives somebody has been at the journal.</summary>
    public async Task RestartAsync(string sql)
    {
        await CloseAsync();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_directory.FileNamed("data")}/{JournalSchema.FileName};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // text of the tests' own
            command.CommandText = sql;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }

        Specification = new SpecificationMetrics(Time);
        Open();
    }

    /// <summary>As a process that is killed: these frames came, and were only queued.</summary>
    public async Task KillAsync(params IEnumerable<byte[]> frames)
    {
        StartWriting();
        await Journal.WaitForDurabilityAsync(Limit);
        await _killing!.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(_writing!);
        await OfferAsync(frames);
        Close();
        Specification = new SpecificationMetrics(Time);
        Open();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _directory.Dispose();
        _metrics.Dispose();
        _limit.Dispose();
        Logs.Dispose();
    }

    private void Open()
    {
        _data = DataDirectory.Open(_directory.FileNamed("data"));
        Journal = SqliteJournal.Open(_data, [Destination], Time, _metrics, Logs.For<SqliteJournal>(), sameWithin: TimeSpan.FromSeconds(2));
        Intake = new EventIntake(
            new EventSequencer(_window, _holdFor, _tolerance, _holdAtMost), new EventFilter(new FilterOptions()), Some.Redactor(), Journal, Clock, Time, _metrics, Specification,
            Logs.For<EventIntake>());
    }

    private async Task CloseAsync()
    {
        StartWriting();
        Journal.Complete();
        await _writing!;
        Close();
    }

    private void Close()
    {
        _writing = null;
        _killing!.Dispose();
        Journal.Dispose();
        _data.Dispose();
    }
}
