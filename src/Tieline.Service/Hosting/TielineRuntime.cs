using Tieline.Audit;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.Service.Configuration;
using Tieline.Storage;

namespace Tieline.Service.Hosting;

/// <summary>Puts the pipeline together from the options, runs it, and takes it apart.</summary>
internal sealed partial class TielineRuntime(
    TielineOptions options, RunningParts parts, SourceStatus status, TimeProvider time, TielineMetrics metrics, SpecificationMetrics specification, ILoggerFactory loggers) : ITielinePipeline
{
    private const string KeyFolder = "keys";

    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        string? failure = null;
        try
        {
            using var directory = DataDirectory.Open(options.DataDirectory);
            if (directory.Warning is { } warning)
                LogWarning(loggers.CreateLogger<TielineRuntime>(), warning);
            using var journal = SqliteJournal.Open(directory, options.Destinations.Select(destination => destination.Name), time, metrics, loggers.CreateLogger<SqliteJournal>(), SqliteJournal.Ride);
            var supervisor = new LoopSupervisor(time, metrics, loggers.CreateLogger<LoopSupervisor>(), sentence =>
            {
                failure = sentence;
                failed.Cancel();
            });
            using var genesys = GenesysHttp.Create();
            var handlers = options.Destinations.Select(Destination.CreateHandler).ToList();
            try
            {
                var dispatchers = options.Destinations.Zip(handlers, (destination, handler) => CreateDispatcher(journal, destination, handler)).ToList();
                var pipeline = Assemble(directory, journal, supervisor, genesys, dispatchers);
                parts.Set(journal, supervisor, dispatchers);
                await pipeline.RunAsync(failed.Token, aborting);
            }
            finally
            {
                parts.Clear();
                handlers.ForEach(handler => handler.Dispose());
            }
        }
        catch (StorageException e)
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

    private TielinePipeline Assemble(DataDirectory directory, SqliteJournal journal, LoopSupervisor supervisor, HttpMessageInvoker genesys, List<Dispatcher> dispatchers)
    {
        var intake = new EventIntake(
            new EventSequencer(options.Gaps.ReorderWindow), new EventFilter(options.Filter), new IdentityRedactor(options.Redaction.Identity, IdentityKey(directory)),
            journal, time, metrics, specification, loggers.CreateLogger<EventIntake>());
        var hold = new HoldLoop(intake, time);
        var stream = CreateStream(genesys);
        var audit = new AuditProjection(directory.Path, journal, options.Audit, metrics, time, loggers.CreateLogger<AuditProjection>());
        var retention = new RetentionLoop(journal, options.Retention, time, loggers.CreateLogger<RetentionLoop>());
        return new TielinePipeline(
            journal,
            supervisor,
            receiving: [new("stream", (stop, abort) => stream.RunAsync(intake, stop, abort))],
            // The hold ends after the stream: its last mark counts the last dropped frames.
            delivering: [new("hold", hold.RunAsync), .. dispatchers.Select(dispatcher => new PipelineLoop("delivery", dispatcher.RunAsync)), new("retention", (stop, _) => retention.RunAsync(stop))],
            projecting: [new("audit", audit.RunAsync)],
            ProgramVersion.Text);
    }

    private AnalyticsStream CreateStream(HttpMessageInvoker genesys)
    {
        var endpoints = GenesysEndpoints.Of(options.Genesys);
        var timing = new StreamTiming();
        var tokens = new TokenProvider(options.Genesys, endpoints.Token, genesys, time, metrics, loggers.CreateLogger<TokenProvider>());
        var connector = new StreamConnector(tokens, genesys, endpoints.Stream, options.Genesys.Subscription, timing, time);
        return new AnalyticsStream(options.Genesys, connector, status, metrics, specification, timing, time, Chance.Next, loggers.CreateLogger<AnalyticsStream>());
    }

    private Dispatcher CreateDispatcher(SqliteJournal journal, DestinationOptions destination, SocketsHttpHandler handler) => new(
        journal,
        new Destination(destination, new HttpMessageInvoker(handler, disposeHandler: false), new WebhookRequestFactory(destination, ProgramVersion.Text), time, metrics),
        destination,
        time,
        Chance.Next,
        metrics,
        loggers.CreateLogger<Dispatcher>());

    private byte[] IdentityKey(DataDirectory directory) => options.Redaction.IdentityKey.IsEmpty
        ? IdentityKeyFile.Open(directory.FileNamed(KeyFolder))
        : System.Text.Encoding.UTF8.GetBytes(options.Redaction.IdentityKey.Reveal());

    [LoggerMessage(EventId = 5010, EventName = "DataDirectoryDoubtful", Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);
}
