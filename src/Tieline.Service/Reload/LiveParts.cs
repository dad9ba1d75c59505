using System.Security.Cryptography;
using Serilog.Core;
using Tieline.Delivery;
using Tieline.Filtering;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;

namespace Tieline.Service.Reload;

/// <summary>The parts of a Tieline that runs that can be told something else.</summary>
/// <param name="redactorOf">May make the key's file where the configuration no longer gives the key.</param>
/// <param name="dispatcherOf">Reads the journal for where its destination stands: made when nobody else delivers to it.</param>
internal sealed partial class LiveParts(
    SqliteJournal journal,
    EventIntake intake,
    Deliveries deliveries,
    ReconcileLoop reconciling,
    DeadLetterDesk desk,
    RetentionLoop retention,
    RunningParts running,
    LoggingLevelSwitch level,
    Func<TielineOptions, IdentityRedactor> redactorOf,
    Func<DestinationOptions, SocketsHttpHandler, Destination> destinationOf,
    Func<DestinationOptions, Destination, Dispatcher> dispatcherOf,
    ILogger<LiveParts> logger)
{
    /// <summary>Puts a plan in force: destinations that change or go are stopped in order, the change takes its place in the journal, and those that are new or changed go on from what the journal has of them.</summary>
    /// <exception cref="ReloadRefusedException">Something of it cannot be made; nothing has changed.</exception>
    public async Task ApplyAsync(ReloadPlan plan, CancellationToken aborting)
    {
        var options = plan.Options;
        var redactor = Make("Redaction:IdentityKey", () => redactorOf(options));
        var made = Make(options, plan.Starting);
        var filter = new EventFilter(options.Filter);
        string[] names = [.. options.Destinations.Select(destination => destination.Name)];
        await deliveries.StopAsync(plan.Stopping.Union(plan.Starting));
        var change = await intake.ReconfigureAsync(
            filter,
            redactor,
            sequence => new JournalWork.Reconfigure(
                names,
                options.Destinations.ToDictionary(destination => destination.Name, destination => destination.Start, StringComparer.Ordinal),
                [.. plan.Applied.Select(one => ReloadText.DetailOf(one, sequence))],
                new TaskCompletionSource<IReadOnlyDictionary<string, DestinationNumber>>(TaskCreationOptions.RunContinuationsAsynchronously)),
            aborting);
        await journal.ReconfiguredAsync(change, aborting);
        foreach (var (destination, sender, handler) in made)
            deliveries.Add(destination.Name, () => dispatcherOf(destination, sender), handler);
        deliveries.Arrange(names);
        running.Set(deliveries.Current);
        desk.Use(names);
        reconciling.Use(names, filter, redactor);
        retention.Use(options.Retention);
        level.MinimumLevel = LoggingSetup.LevelOf(options.Logging.Level);
        foreach (var removed in journal.Removed.Where(removed => removed.Events > 0 && plan.Stopping.Contains(removed.Name)))
            LogRemoved(logger, removed.Name, removed.Events);
    }

    private List<(DestinationOptions Options, Destination Sender, SocketsHttpHandler Handler)> Make(TielineOptions options, IReadOnlySet<string> names)
    {
        var made = new List<(DestinationOptions, Destination, SocketsHttpHandler Handler)>();
        try
        {
            foreach (var destination in options.Destinations.Where(destination => names.Contains(destination.Name)))
            {
                var handler = Make($"Destinations:{destination.Name}", () => Destination.CreateHandler(destination));
                made.Add((destination, Make($"Destinations:{destination.Name}", () => destinationOf(destination, handler)), handler));
            }

            return made;
        }
        catch (ReloadRefusedException)
        {
            made.ForEach(one => one.Handler.Dispose());
            throw;
        }
    }

    /// <summary>The files were good when the configuration was checked; they may have changed since.</summary>
    private static T Make<T>(string key, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or FormatException or ArgumentException)
        {
            throw new ReloadRefusedException(new ConfigurationError(key, e.Message), e);
        }
    }

    [LoggerMessage(EventId = 5011, EventName = "DestinationRemoved", Level = LogLevel.Warning,
        Message = "Destination {Destination} is no longer configured; {Count} events that it was not delivered are kept until it is back, or 'tieline destinations discard {Destination}'")]
    public static partial void LogRemoved(ILogger logger, string destination, long count);
}
