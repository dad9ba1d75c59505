using System.Net;
using System.Text;
using Tieline.Audit;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Simulation;

/// <summary>Writer, dispatchers, retention, audit log and a person at the desk over one real journal, taking turns as a seed says; killed and started again in between.</summary>
internal sealed class SimulatedLife : IDisposable
{
    private const string Crm = "crm";
    private const string Erp = "erp";

    /// <summary>Errors that a schedule may bring about: none.</summary>
    private readonly LogGuard _logs = new();
    private readonly TielineMetrics _metrics;
    private Random _random;
    private readonly string _path;
    private readonly EventLedger _ledger;
    private readonly StringBuilder _trace = new();
    private readonly RetentionOptions _retention;
    private readonly TimeSpan _ride;
    private readonly DeadLetterMode _mode;
    private readonly List<FileStream> _files = [];
    private readonly List<Task> _loops = [];
    private readonly List<IDisposable> _parts = [];
    private TurnContext _turns = null!;
    private ManualTime _time = new();
    private TimeSpan _elapsed;
    private SqliteJournal _journal = null!;
    private TurnCrm _crm = null!;
    private DeadLetterDesk _desk = null!;
    private Task _looking = Task.CompletedTask;
    private Task _deciding = Task.CompletedTask;
    private CancellationTokenSource _stopping = null!;
    private Task _auditing = Task.CompletedTask;
    private long _sequence;

    /// <param name="path">A folder whose journal is new.</param>
    public SimulatedLife(string path, int seed, TielineMetrics metrics)
    {
        (_path, _metrics, _random) = (path, metrics, new Random(seed));
        _retention = new RetentionOptions { Delivered = TimeSpan.FromHours(1), MaxBytes = _random.Next(2) == 0 ? 1 : long.MaxValue };
        _ride = _random.Next(4) == 0 ? TimeSpan.Zero : SqliteJournal.Ride;
        _mode = _random.Next(2) == 0 ? DeadLetterMode.Hold : DeadLetterMode.Continue;
        Start();
        _ledger = new EventLedger(Path.Combine(path, JournalSchema.FileName), () => _journal, Note, Crm, Erp);
    }

    /// <inheritdoc cref="EventLedger.Reached"/>
    public Dictionary<string, int> Reached => _ledger.Reached;

    /// <summary>What was done, in order: for a seed that fails.</summary>
    public string Trace => _trace.ToString();

    /// <summary>One schedule, on top of what the ones before have left.</summary>
    public void Run(int seed, int steps)
    {
        Note($"--- seed {seed}");
        _random = new Random(seed);
        for (var step = 0; step < steps; step++)
        {
            Step();
            Check(isThorough: step == steps - 1);
        }
    }

    public void Dispose()
    {
        Kill();
        _ledger.Dispose();
    }

    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 58 when _turns.TryTake(_random):
                break;
            case < 70:
                Append();
                break;
            case < 84 when _crm.Waiting > 0:
                var status = _random.Next(10) switch { < 5 => HttpStatusCode.OK, < 9 => HttpStatusCode.UnprocessableEntity, _ => HttpStatusCode.ServiceUnavailable };
                Note($"{(int)status} for {_crm.Answer(_random.Next(_crm.Waiting), status)}");
                break;
            case < 89 when _looking.IsCompleted:
                Note("retention looks");
                _looking = new RetentionLoop(_journal, _retention, _time, _logs.For<RetentionLoop>()).RemoveAsync(CancellationToken.None);
                break;
            case < 94 when _deciding.IsCompleted:
                _deciding = DecideAsync();
                break;
            case < 99:
                Pass(_random.Next(4) switch { 0 => TimeSpan.FromMilliseconds(100), 1 => TimeSpan.FromSeconds(1), 2 => TimeSpan.FromSeconds(20), _ => TimeSpan.FromMinutes(50) });
                break;
            default:
                Note("killed, started");
                Kill();
                Start();
                break;
        }
    }

    private void Pass(TimeSpan time)
    {
        Note($"{time} pass");
        _elapsed += time;
        _time.Advance(time);
    }

    private void Append()
    {
        for (var count = _random.Next(1, 4); count > 0; count--)
        {
            _sequence = Math.Max(_sequence, _journal.Counters.Mark.Sequence ?? 0) + 1;
            var type = _random.Next(4) == 0 ? EventKinds.ConversationState : EventKinds.RoutingQueue;
            var e = Some.Event(_sequence, $"c{_random.Next(4)}", type, EventKinds.Queued, TimeSpan.FromMilliseconds(_sequence)) with { ReceivedAt = _time.GetUtcNow() };
            Note($"{e.ConversationId} {e.Type} {e.Id}");
            _journal.TryPost(new JournalWork.Append(new RedactedEvent(e), new Mark(1, _sequence, e.OccurredAt), IsHeld: false)).ShouldBeTrue();
        }
    }

    private async Task DecideAsync()
    {
        var all = new DeadLetterQuery();
        var dead = _journal.Read(reader => reader.ReadDeadLetters(all, new DeadLetterCursor(JournalPosition.Start, new DestinationNumber(0)), 100));
        var query = dead.Count == 0 || _random.Next(4) == 0 ? all : new DeadLetterQuery(Position: dead[_random.Next(dead.Count)].Letter.Position);
        Note("the desk begins");
        switch (_random.Next(8))
        {
            case < 4:
                Note("discard");
                await _desk.DiscardAsync(query, "not needed", "ann", _ => { }, CancellationToken.None);
                break;
            case < 7:
                Note("replay");
                await _desk.ReplayAsync(query, DeadLetterDesk.MaxRate, "ann", _ => { }, CancellationToken.None);
                break;
            default:
                var span = new SpanReplay(Some.Time.AddDays(-1), Some.Time.AddYears(1), Crm, Erp, JournalPosition.Start);
                Note("replay the span");
                await _desk.ReplayAsync(span, DeadLetterDesk.MaxRate, "ann", _ => { }, CancellationToken.None);
                break;
        }
    }

    private void Check(bool isThorough = false)
    {
        if (_turns.Stray is { } stray)
            throw new InvalidOperationException($"A turn came from another thread, so this schedule is not the seed's: {stray}");
        foreach (var loop in (IEnumerable<Task>)[.. _loops, _looking, _deciding, _auditing])
        {
            if (loop.IsFaulted)
                loop.GetAwaiter().GetResult();
        }

        _ledger.Check(isThorough);
    }

    /// <summary>Nothing new comes, and all is answered; then the audit log stops in order.</summary>
    public void Drain()
    {
        for (var (quiet, round) = (0, 0); quiet < 3 && round < 200; round++)
        {
            var isQuiet = true;
            while (_turns.TryTake(_random))
            {
                Check();
                isQuiet = false;
            }

            for (; _crm.Waiting > 0; isQuiet = false)
                _crm.Answer(0, HttpStatusCode.OK);
            quiet = isQuiet && _looking.IsCompleted && _deciding.IsCompleted ? quiet + 1 : 0;
            Pass(TimeSpan.FromSeconds(20));
        }

        _stopping.Cancel();
        for (var round = 0; !_auditing.IsCompleted && round < 40; round++)
        {
            while (_turns.TryTake(_random))
                Check();
            Pass(TimeSpan.FromSeconds(1));
        }

        Check(isThorough: true);
        _auditing.IsCompletedSuccessfully.ShouldBeTrue();
        var facts = _journal.Counters.NextFact - 1;
        _journal.ReadHead()!.Fact.ShouldBe(facts);
        if (_ledger.Left is var left && left > 0 && _mode == DeadLetterMode.Continue)
            throw new InvalidOperationException($"{left} are neither delivered nor decided on");
        _logs.Verify();
    }

    private void Start()
    {
        _turns = new TurnContext();
        SynchronizationContext.SetSynchronizationContext(_turns);
        (_time, _crm, _stopping) = (new ManualTime(), new TurnCrm(), new CancellationTokenSource());
        _time.StepClock(_elapsed);
        var directory = DataDirectory.Open(_path);
        _journal = SqliteJournal.Open(directory, [Crm, Erp], _time, _metrics, _logs.For<SqliteJournal>(), _ride);
        var facts = new TurnFacts(_journal);
        _desk = new DeadLetterDesk(_journal, [Crm, Erp], _time);
        _loops.Add(_journal.WriteAsync(CancellationToken.None));
        _loops.Add(Dispatch(Crm));
        _loops.Add(Dispatch(Erp));
        _auditing = new AuditProjection(_path, facts, new AuditOptions(), _metrics, _time, _logs.For<AuditProjection>(), Open).RunAsync(_stopping.Token, CancellationToken.None);
        _parts.AddRange([facts, _journal, directory]);
    }

    private Task Dispatch(string name)
    {
        var options = new DestinationOptions
        {
            Name = name,
            Url = new Uri("http://crm.example/hook"),
            OnDeadLetter = name == Crm ? _mode : DeadLetterMode.Continue,
            Retry = new RetryOptions { MinDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(10), GiveUpAfter = TimeSpan.FromMinutes(1) },
        };
        if (name == Erp)
            options.Filter.Rules.Add(new FilterRuleOptions { Type = EventKinds.RoutingQueue });
        var http = new HttpMessageInvoker(_crm, disposeHandler: false);
        _parts.Add(http);
        var destination = new Destination(options, http, new WebhookRequestFactory(options, "test"), _time, _metrics);
        return new Dispatcher(_journal, destination, options, _time, () => 0.5, _metrics, _logs.For<Dispatcher>()).RunAsync(CancellationToken.None, CancellationToken.None);
    }

    /// <summary>As a process that is gone from one moment to the next: what is committed is what there is.</summary>
    private void Kill()
    {
        _turns.End();
        SynchronizationContext.SetSynchronizationContext(null);
        _files.ForEach(file => file.Dispose());
        _parts.ForEach(part => part.Dispose());
        _files.Clear();
        _parts.Clear();
        _loops.Clear();
        (_looking, _deciding, _auditing) = (Task.CompletedTask, Task.CompletedTask, Task.CompletedTask);
    }

    private void Note(string what) => _trace.AppendLine(what);

    private FileStream Open(string path, FileMode mode)
    {
        var file = AuditDisk.Open(path, mode);
        _files.Add(file);
        return file;
    }
}
