using Microsoft.Extensions.Logging;
using Tieline.Journal;
using Tieline.Sequencing;

namespace Tieline.Pipeline;

/// <summary>Sees to events that are damaged in the journal: says so, and has their time fetched again, so that they come under their right ids.</summary>
/// <remarks>What is known of it is in the journal: the dead letter that such an event is, and the gap that is opened here. So a crash between the two costs nothing.</remarks>
internal sealed partial class DamageLoop
{
    /// <summary>Dead letters that the start looks at.</summary>
    private const int AtStart = 10_000;

    private static readonly TimeSpan _longestWait = TimeSpan.FromMinutes(10);

    private readonly WakeSignal _woken = new();

    /// <summary>Taken up and not seen to: a read may fail in between, and the loop begins again.</summary>
    private readonly List<DamagedSpan> _pending = [];
    private readonly EventIntake _intake;
    private readonly SqliteJournal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public DamageLoop(EventIntake intake, SqliteJournal journal, TimeProvider time, ILogger<DamageLoop> logger)
    {
        (_intake, _journal, _time, _logger) = (intake, journal, time, logger);
        journal.Damage.Found = _woken.Set;
    }

    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        foreach (var position in _journal.Read(reader => reader.ReadDamagedLetters(AtStart)))
            _journal.Damage.Add(new DamagedSpan(position, position, IsGone: false));
        while (!stopping.IsCancellationRequested)
        {
            _woken.Clear();
            _pending.AddRange(_journal.Damage.Take());
            await SeeToAsync([.. _pending.OrderBy(span => span.First)], aborting);
            _pending.Clear();
            await _woken.WaitAsync(_longestWait, _time, stopping);
        }
    }

    private async Task SeeToAsync(IReadOnlyList<DamagedSpan> found, CancellationToken aborting)
    {
        (DateTimeOffset From, DateTimeOffset To)? asked = null;
        foreach (var span in found)
        {
            if (_journal.Read(reader => reader.ReadTimeOf(span, _intake.Latest)) is not { } time)
            {
                LogUnplaced(_logger, span.First.Value, span.Last.Value);
                continue;
            }

            // Many beside each other are one question: the next one's time may have been asked for with this one's.
            if ((asked is { } last && time.From >= last.From && time.To <= last.To) || _journal.Read(reader => reader.IsAskedForAsDamaged(time.From, time.To)))
                continue;
            LogDamaged(_logger, span.First.Value, span.Last.Value, time.From, time.To);
            await _intake.MissedAsync(GapReason.Damaged, time.From, time.To, aborting);
            asked = time;
        }
    }

    [LoggerMessage(EventId = 6010, EventName = "StoredEventsDamaged", Level = LogLevel.Error,
        Message = "Events {First} to {Last} do not stand in the journal as they were written: none of them is sent. What happened from {From} to {To} is fetched again; what Genesys does not have is lost. Check the disk")]
    private static partial void LogDamaged(ILogger logger, long first, long last, DateTimeOffset from, DateTimeOffset to);

    [LoggerMessage(EventId = 6011, EventName = "StoredEventsUnplaced", Level = LogLevel.Error,
        Message = "Events {First} to {Last} do not stand in the journal as they were written, and nothing tells when they happened: none of them is sent. Run `tieline reconcile --repair` over the days in doubt, and check the disk")]
    private static partial void LogUnplaced(ILogger logger, long first, long last);
}
