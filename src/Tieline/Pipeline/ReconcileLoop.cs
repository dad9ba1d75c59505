using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Filtering;
using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>Reconciles when somebody asks for it, and each night where that is switched on: one span at a time, since all ask Genesys out of one budget.</summary>
internal sealed partial class ReconcileLoop
{
    private readonly Channel<Asked> _asked = Channel.CreateBounded<Asked>(1);
    private readonly Reconciler _reconciler;
    private readonly SqliteJournal _journal;
    private readonly string _path;
    private volatile IReadOnlyCollection<string> _destinations;
    private readonly IReconcileRepair _repair;
    /// <summary>The time is looked at so often: the clock may be set meanwhile.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromMinutes(1);

    /// <summary>A night that failed is tried again after this.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromMinutes(10);

    /// <summary>Nights that failed, oldest first.</summary>
    private readonly Queue<DateTimeOffset> _failed = new();
    private MonotonicTime _againAt;

    private readonly NightlySchedule? _nightly;
    private readonly bool _repairsNightly;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _isBusy;
    private ReconcileReport? _last;

    /// <param name="path">The journal's file.</param>
    public ReconcileLoop(
        Reconciler reconciler, SqliteJournal journal, string path, IReadOnlyCollection<string> destinations, IReconcileRepair repair, ReconcileOptions options, TimeProvider time, TielineMetrics metrics,
        ILogger<ReconcileLoop> logger)
    {
        (_reconciler, _journal, _path, _destinations, _repair, _time, _logger) = (reconciler, journal, path, destinations, repair, time, logger);
        _nightly = options.Nightly is { } text && NightlySchedule.TryParse(text, out var at) ? new NightlySchedule(at) : null;
        _repairsNightly = options.Repair;
        metrics.Observe("tieline.reconcile.missing", "{event}", "Events that the last reconciliation found missing and did not repair.", () => Last(report => report.Figures.Missing - report.Figures.Repaired));
        metrics.Observe("tieline.reconcile.extra", "{event}", "Events that the last reconciliation found to be in the journal only.", () => Last(report => report.Figures.Extra));
        metrics.Observe("tieline.reconcile.age", "s", "Time since the last complete reconciliation began.", () => Last(report => (_time.GetUtcNow() - report.AskedAt).TotalSeconds));
    }

    /// <summary>From the next reconciliation on, these destinations are configured, and this filter holds.</summary>
    public void Use(IReadOnlyCollection<string> destinations, EventFilter filter, IdentityRedactor redactor)
    {
        _destinations = destinations;
        _reconciler.Use(filter, redactor);
    }

    /// <summary>Asks for a reconciliation.</summary>
    /// <param name="progress">Told of the figures so far, from another thread.</param>
    /// <param name="abandoned">Nobody waits for it any more.</param>
    /// <returns>False: another one is under way.</returns>
    public bool TryBegin(ReconcileRequest request, Action<ReconcileFigures> progress, CancellationToken abandoned, [NotNullWhen(true)] out Task<ReconcileReport>? running)
    {
        running = null;
        if (Interlocked.CompareExchange(ref _isBusy, 1, 0) != 0)
            return false;
        var asked = new Asked(request, progress, abandoned);
        if (!_asked.Writer.TryWrite(asked))
            asked.Done.SetCanceled(CancellationToken.None); // it has stopped
        running = asked.Done.Task;
        return true;
    }

    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                if (await WaitAsync(UntilNext(), stopping))
                    await AnswerAsync(await _asked.Reader.ReadAsync(stopping), stopping);
                else if (_failed.Count > 0 && _againAt <= _time.GetMonotonicTime())
                    await RunNightlyAsync(_failed.Dequeue(), stopping);
                else if (_nightly?.Take(_reconciler.Clock.Now.Source) is { } due)
                    await RunNightlyAsync(due, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What it had sent is in the journal; what it had not found yet, the next one finds.
        }
        finally
        {
            if (stopping.IsCancellationRequested)
            {
                _asked.Writer.TryComplete();
                while (_asked.Reader.TryRead(out var asked))
                    asked.Done.TrySetCanceled(CancellationToken.None);
            }
        }
    }

    /// <returns>Null: no night is due, ever.</returns>
    private TimeSpan? UntilNext()
    {
        var until = _nightly?.Until(_reconciler.Clock.Now.Source);
        if (_failed.Count == 0)
            return until;
        var left = _againAt - _time.GetMonotonicTime();
        left = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        return until < left ? until : left;
    }

    /// <returns>True: asked for. False: it may be due.</returns>
    private async Task<bool> WaitAsync(TimeSpan? until, CancellationToken stopping)
    {
        if (until is not { } delay)
            return await _asked.Reader.WaitToReadAsync(stopping);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var asked = _asked.Reader.WaitToReadAsync(timer.Token).AsTask();
        var first = await Task.WhenAny(asked, Task.Delay(delay < _look ? delay : _look, _time, timer.Token));
        await timer.CancelAsync();
        return first == asked && await asked;
    }

    private async Task AnswerAsync(Asked asked, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, asked.Abandoned);
        try
        {
            var report = await ReconcileAsync(asked.Request, asked.Progress, either.Token);
            Interlocked.Exchange(ref _isBusy, 0);
            asked.Done.TrySetResult(report);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Exchange(ref _isBusy, 0);
            asked.Done.TrySetCanceled(CancellationToken.None);
        }
#pragma warning disable CA1031 // whoever asked is told
        catch (Exception e)
#pragma warning restore CA1031
        {
            Interlocked.Exchange(ref _isBusy, 0);
            LogFailed(_logger, e);
            asked.Done.TrySetException(e);
        }
    }

    private async Task RunNightlyAsync(DateTimeOffset due, CancellationToken stopping)
    {
        var (from, to) = NightlySchedule.DayBefore(due);
        while (Interlocked.CompareExchange(ref _isBusy, 1, 0) != 0)
            await AnswerAsync(await _asked.Reader.ReadAsync(stopping), stopping); // asked for this very moment: it goes first
        try
        {
            await ReconcileAsync(new ReconcileRequest(from, to, _repairsNightly), _ => { }, stopping);
        }
#pragma warning disable CA1031 // this night is tried again, whatever failed it
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogFailed(_logger, e);
            _failed.Enqueue(due);
            _againAt = _time.GetMonotonicTime() + _again;
        }
        finally
        {
            Interlocked.Exchange(ref _isBusy, 0);
        }
    }

    private async Task<ReconcileReport> ReconcileAsync(ReconcileRequest request, Action<ReconcileFigures> progress, CancellationToken cancellation)
    {
        var report = await _reconciler.RunAsync(request, _path, _destinations, _repair, progress, cancellation);
        await _journal.PostAsync(new JournalWork.Note("reconciled", report.ToDetail().ToJsonString()), cancellation);
        if (report.IsComplete)
            Volatile.Write(ref _last, report);
        Log(report);
        return report;
    }

    private void Log(ReconcileReport report)
    {
        var (from, to, figures) = (report.Request.From, report.Request.To, report.Figures);
        if (!report.IsComplete)
            LogIncomplete(_logger, from, to, report.Problem);
        else if (report.IsGood)
            LogGood(_logger, from, to, figures.Conversations, figures.Expected, figures.Repaired);
        else
            LogWrong(_logger, from, to, figures.Expected, figures.Missing - figures.Repaired, figures.Repaired, figures.Extra, figures.Conflicting);
    }

    private double Last(Func<ReconcileReport, double> read) => Volatile.Read(ref _last) is { } report ? read(report) : double.NaN;

    [LoggerMessage(EventId = 6220, EventName = "Reconciled", Level = LogLevel.Information,
        Message = "Reconciled {From:u} to {To:u}: {Conversations} conversations, {Expected} events expected, all accounted for ({Repaired} were missing and have been sent)")]
    private static partial void LogGood(ILogger logger, DateTimeOffset from, DateTimeOffset to, long conversations, long expected, long repaired);

    [LoggerMessage(EventId = 6221, EventName = "ReconcileFoundWanting", Level = LogLevel.Error,
        Message = "Reconciled {From:u} to {To:u}: of {Expected} events {Missing} are missing ({Repaired} more were, and have been sent); {Extra} extra, {Conflicting} ends differ. `tieline reconcile --repair` sends what is missing")]
    private static partial void LogWrong(ILogger logger, DateTimeOffset from, DateTimeOffset to, long expected, long missing, long repaired, long extra, long conflicting);

    [LoggerMessage(EventId = 6222, EventName = "ReconcileIncomplete", Level = LogLevel.Warning, Message = "{From:u} to {To:u} could not be reconciled as a whole: {Problem}")]
    private static partial void LogIncomplete(ILogger logger, DateTimeOffset from, DateTimeOffset to, string? problem);

    [LoggerMessage(EventId = 6223, EventName = "ReconcileFailed", Level = LogLevel.Error, Message = "A reconciliation failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    private sealed record Asked(ReconcileRequest Request, Action<ReconcileFigures> Progress, CancellationToken Abandoned)
    {
        public TaskCompletionSource<ReconcileReport> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
