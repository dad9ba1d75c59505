using System.Runtime.ExceptionServices;
using Tieline.Audit;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Filtering;
using Tieline.Forwarding;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.Service.Alerts;
using Tieline.Service.Configuration;
using Tieline.Service.Http;
using Tieline.Service.Reload;
using Tieline.Service.Web.Access;
using Tieline.Service.Web.History;
using Tieline.Storage;

namespace Tieline.Service.Hosting;

/// <summary>Puts the pipeline together from the options, runs it, and takes it apart.</summary>
/// <param name="alerts">Null for a command that does one thing: it tells nobody.</param>
/// <param name="inForce">Told of what changes while it runs; null where nothing does.</param>
/// <param name="clock">Notices that the system clock was set; null for a command that does one thing.</param>
/// <param name="ended">Told which sessions of runs before are over; null where nobody signs in.</param>
/// <param name="followed">Where what may change is read again; null: nowhere.</param>
internal sealed partial class TielineRuntime(
    TielineOptions options,
    RunningParts parts,
    SourceStatus status,
    TimeProvider time,
    TielineMetrics metrics,
    SpecificationMetrics specification,
    HistoryTally tally,
    AlertLoop? alerts,
    ILoggerFactory loggers,
    ConfigurationInForce? inForce = null,
    FollowedConfiguration? followed = null,
    ClockWatch? clock = null,
    EndedSessions? ended = null) : ITielinePipeline
{
    public Task RunAsync(CancellationToken stopping, CancellationToken aborting) => RunAsync(null, stopping, aborting);

    /// <summary>All but the stream, for as long as the task takes; then it stops in order.</summary>
    public async Task RunOnceAsync(Func<AdminParts, Func<IReadOnlyList<Dispatcher>>, CancellationToken, Task> task, CancellationToken stopping, CancellationToken aborting)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        ExceptionDispatchInfo? problem = null;
        await RunAsync(
            async (admin, dispatchers, stop) =>
            {
                try
                {
                    await task(admin, dispatchers, stop);
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    problem = ExceptionDispatchInfo.Capture(e);
                }
                finally
                {
                    await done.CancelAsync();
                }
            },
            done.Token,
            aborting);
        problem?.Throw();
    }

    /// <param name="task">In place of the stream.</param>
    private async Task RunAsync(Func<AdminParts, Func<IReadOnlyList<Dispatcher>>, CancellationToken, Task>? task, CancellationToken stopping, CancellationToken aborting)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var letGo = CancellationTokenSource.CreateLinkedTokenSource(aborting, patience.Token);
        string? failure = null;
        try
        {
            using var directory = DataDirectory.Open(options.DataDirectory);
            if (directory.Warning is { } warning)
                LogWarning(loggers.CreateLogger<TielineRuntime>(), warning);
            using var journal = SqliteJournal.Open(directory, options.Destinations.Select(destination => destination.Name), time, metrics, loggers.CreateLogger<SqliteJournal>(), SqliteJournal.Ride, options.Gaps.SameWithin,
                options.Destinations.ToDictionary(destination => destination.Name, destination => destination.Start, StringComparer.Ordinal));
            // Before anything is received: what does not belong together is left as it is.
            AuditLineage.Check(directory.Path, journal, loggers.CreateLogger<AuditProjection>());
            IdentityKeys.Check(directory, options, journal);
            foreach (var removed in journal.Removed.Where(removed => removed.Events > 0))
                LiveParts.LogRemoved(loggers.CreateLogger<LiveParts>(), removed.Name, removed.Events);
            journal.ReserveLog();
            var supervisor = new LoopSupervisor(time, metrics, loggers.CreateLogger<LoopSupervisor>(), sentence =>
            {
                failure ??= sentence;
                patience.CancelAfter(StopSignals.AbortAfter); // as after a signal: what cannot end in order is let go of
                failed.Cancel();
            });
            using var siem = options.Audit.Forward.Target is null ? null : ForwardSink.Create(options.Audit.Forward, ProgramVersion.Text, time);
            using var genesys = new GenesysSide(options, status, time, metrics, specification, loggers);
            using var deliveries = new Deliveries(supervisor);
            try
            {
                foreach (var destination in options.Destinations)
                {
                    var handler = Destination.CreateHandler(destination);
                    var sender = CreateDestination(destination, handler);
                    deliveries.Add(destination.Name, () => CreateDispatcher(journal, destination, sender), handler);
                }

                deliveries.Arrange(options.Destinations.Select(destination => destination.Name));
                var pipeline = Assemble(directory, journal, supervisor, genesys, deliveries, siem, task, failed.Token);
                await pipeline.RunAsync(failed.Token, letGo.Token);
            }
            finally
            {
                parts.Clear();
            }
        }
        catch (StorageException e)
        {
            throw new StartupException(e.Message, e);
        }
        catch (AuditBrokenException e)
        {
            throw new StartupException(e.Message, e);
        }
        catch (IOException e)
        {
            throw new StartupException($"Cannot use the data directory: {e.Message}", e);
        }

        if (failure is not null)
            throw new StartupException($"Ended, since {failure}.");
    }

    private TielinePipeline Assemble(
        DataDirectory directory, SqliteJournal journal, LoopSupervisor supervisor, GenesysSide genesys, Deliveries deliveries, IForwardSink? siem,
        Func<AdminParts, Func<IReadOnlyList<Dispatcher>>, CancellationToken, Task>? task, CancellationToken ending)
    {
        var intake = new EventIntake(
            new EventSequencer(options.Gaps.ReorderWindow, options.Gaps.HoldFor, options.Gaps.Tolerance, options.Gaps.LongestHold), new EventFilter(options.Filter), Redactor(directory, options),
            journal, genesys.Clock, time, metrics, specification, loggers.CreateLogger<EventIntake>());
        var hold = new HoldLoop(intake, time);
        var backfill = new BackfillLoop(
            intake, journal, genesys.Details, options.Gaps, [.. options.Genesys.Subscription.Types], genesys.Clock, time, metrics, loggers.CreateLogger<BackfillLoop>());
        var damage = new DamageLoop(intake, journal, time, loggers.CreateLogger<DamageLoop>());
        var durable = new AuditMark();
        var audit = new AuditProjection(directory.Path, journal, options.Audit, metrics, time, loggers.CreateLogger<AuditProjection>(), mark: durable);
        var forwarder = siem is null ? null : new AuditForwarder(directory.Path, durable, siem, options.Audit.Forward, metrics, time, Chance.Next, loggers.CreateLogger<AuditForwarder>());
        (parts.Audit, parts.Forwarder, parts.Clock) = (audit, forwarder, genesys.Clock);
        var checkpoint = new CheckpointLoop(journal, time, loggers.CreateLogger<CheckpointLoop>());
        var retention = new RetentionLoop(journal, options.Retention, time, loggers.CreateLogger<RetentionLoop>());
        var reconciler = new Reconciler(
            genesys.Details, new EventFilter(options.Filter), Redactor(directory, options), [.. options.Genesys.Subscription.Types], options.Gaps, genesys.Clock, time, metrics, loggers.CreateLogger<Reconciler>());
        var reconciling = new ReconcileLoop(
            reconciler, journal, directory.FileNamed(JournalSchema.FileName), [.. options.Destinations.Select(destination => destination.Name)], new JournalRepair(intake, journal),
            options.Reconcile, time, metrics, loggers.CreateLogger<ReconcileLoop>());
        var history = new HistoryLoop(tally, parts, directory.FileNamed(HistoryFile.FileName), time, loggers.CreateLogger<HistoryLoop>());
        var admin = new AdminParts(OpenTokens(directory.Path, journal), intake, journal, reconciling, new DeadLetterDesk(journal, [.. options.Destinations.Select(destination => destination.Name)], time), history, ending);
        NoteAddress(directory.Path);
        parts.Set(journal, supervisor, deliveries.Current, admin);
        deliveries.Changed = () => parts.Set(deliveries.Current);
        IReadOnlyList<PipelineLoop> source =
            task is not null ? [new("task", (stop, _) => task(admin, () => deliveries.Current, stop))]
            : genesys.Notifications is { } notifications ? Follow(notifications, genesys.Calls, intake, journal)
            : [new("stream", (stop, abort) => genesys.Stream.RunAsync(intake, stop, abort))];
        return new TielinePipeline(
            journal,
            supervisor,
            receiving:
            [
                .. source,
                new("backfill", backfill.RunAsync),
                new("damage", damage.RunAsync),
                new("reconcile", reconciling.RunAsync),
                // Before deliveries stop, nobody begins or ends one any more.
                .. task is null && followed is not null && inForce is not null ? (IReadOnlyList<PipelineLoop>)[Follow(followed, inForce, directory, deliveries, retention, admin)] : [],
            ],
            // The hold ends after the stream: its last mark counts the last dropped frames.
            delivering:
            [
                new("hold", hold.RunAsync),
                new("deliveries", deliveries.RunAsync),
                new("retention", (stop, _) => retention.RunAsync(stop)),
                new("checkpoint", (stop, _) => checkpoint.RunAsync(stop)),
                // A command that does one thing leaves no trace in the charts.
                .. task is null ? (IReadOnlyList<PipelineLoop>)[Side("history", history.RunAsync)] : [],
                .. clock is null ? (IReadOnlyList<PipelineLoop>)[] : [Side("clock", clock.RunAsync)],
                .. alerts is null ? (IReadOnlyList<PipelineLoop>)[] : [Side("alerts", alerts.RunAsync)],
            ],
            projecting: [new("audit", audit.RunAsync) { IsSide = true }, .. forwarder is null ? (IReadOnlyList<PipelineLoop>)[] : [new("audit-forward", forwarder.RunAsync) { IsSide = true }]],
            ProgramVersion.Text,
            time,
            loggers.CreateLogger<TielinePipeline>());
    }

    /// <summary>Of what only shows or tells.</summary>
    private static PipelineLoop Side(string name, Func<CancellationToken, Task> run) => new(name, (stop, _) => run(stop)) { IsSide = true };

    private IReadOnlyList<PipelineLoop> Follow(NotificationSource source, DetailsClient calls, EventIntake intake, SqliteJournal journal)
    {
        var snapshots = new SnapshotIntake(intake, journal, [.. options.Genesys.Subscription.Types], time, metrics, loggers.CreateLogger<SnapshotIntake>());
        metrics.Observe("tieline.conversations.open", "{conversation}", "Conversations that are followed by their snapshots.", () => snapshots.Count);
        var conversations = new ConversationLoop(snapshots, time);
        var sweep = new SweepLoop(snapshots, intake, journal, calls, time, metrics, loggers.CreateLogger<SweepLoop>());
        return [new("stream", (stop, abort) => source.RunAsync(snapshots, stop, abort)), new("conversations", conversations.RunAsync), new("sweep", sweep.RunAsync)];
    }

    private PipelineLoop Follow(FollowedConfiguration configuration, ConfigurationInForce held, DataDirectory directory, Deliveries deliveries, RetentionLoop retention, AdminParts admin)
    {
        var live = new LiveParts(
            admin.Journal, admin.Intake, deliveries, admin.Reconciling, admin.Desk, retention, parts, configuration.Level, other => Redactor(directory, other, admin.Journal), CreateDestination,
            (destination, sender) => CreateDispatcher(admin.Journal, destination, sender), loggers.CreateLogger<LiveParts>());
        return new("configuration", new ConfigurationFollower(configuration, held, live.ApplyAsync, time, metrics, loggers.CreateLogger<ConfigurationFollower>()).RunAsync);
    }

    private Destination CreateDestination(DestinationOptions destination, SocketsHttpHandler handler) => Destination.Create(destination, handler, ProgramVersion.Text, time, metrics, loggers);

    private Dispatcher CreateDispatcher(SqliteJournal journal, DestinationOptions destination, Destination sender) =>
        new(journal, sender, destination, time, Chance.Next, metrics, loggers.CreateLogger<Dispatcher>());

    /// <summary>Events need no console: one that nobody can sign in to is no reason not to run.</summary>
    private AccessTokens OpenTokens(string directory, SqliteJournal journal)
    {
        try
        {
            ended?.Know(journal.Read(reader => reader.ReadEndedSessions()));
            return AccessTokens.Open(directory, journal, time);
        }
        catch (Exception e) when (e is StartupException or IOException or UnauthorizedAccessException or System.Data.Common.DbException or InvalidOperationException)
        {
            LogNoConsole(loggers.CreateLogger<TielineRuntime>(), e.Message);
            return AccessTokens.None(time);
        }
    }

    /// <summary>For commands that talk to this process; without it they may not find it.</summary>
    private void NoteAddress(string directory)
    {
        if (parts.Address is not { } address)
            return;
        try
        {
            ServiceAddress.Write(directory, address);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNoAddress(loggers.CreateLogger<TielineRuntime>(), ServiceAddress.FileName, e.Message);
        }
    }

    private static IdentityRedactor Redactor(DataDirectory directory, TielineOptions options) => FieldPolicies.Create(options, IdentityKeys.Read(directory, options));

    /// <summary>A reload may bring another key. The audit log records that change.</summary>
    private static IdentityRedactor Redactor(DataDirectory directory, TielineOptions options, SqliteJournal journal)
    {
        if (IdentityKeys.Hashes(options) && IdentityKeyFile.Fingerprint(IdentityKeys.Read(directory, options)) is var fingerprint && journal.Read(reader => reader.ReadIdentityKey()) != fingerprint)
            journal.TryPost(new JournalWork.KnowIdentityKey(fingerprint));
        return Redactor(directory, options);
    }

    [LoggerMessage(EventId = 5012, EventName = "ConsoleUnusable", Level = LogLevel.Error,
        Message = "Nobody can sign in to the console or the API until the next start: {Reason}. Events are delivered as usual. Restore the file's permissions, or delete it, and restart Tieline")]
    private static partial void LogNoConsole(ILogger logger, string reason);

    [LoggerMessage(EventId = 5013, EventName = "AddressNotNoted", Level = LogLevel.Warning,
        Message = "The file {File} in the data directory cannot be written: {Reason}. Events are delivered as usual; commands may not find this Tieline until its next start")]
    private static partial void LogNoAddress(ILogger logger, string file, string reason);

    [LoggerMessage(EventId = 5010, EventName = "DataDirectoryDoubtful", Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);
}
