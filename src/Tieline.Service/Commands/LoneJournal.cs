using Serilog.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Storage;

namespace Tieline.Service.Commands;

/// <summary>The journal of a data directory with which no Tieline runs, for a command that decides something.</summary>
internal static class LoneJournal
{
    /// <summary>Holds the data directory until the work is done and durable.</summary>
    /// <exception cref="StartupException">The journal cannot be used.</exception>
    public static Task<T> UseAsync<T>(DataLocation location, TielineOptions options, CommandContext context, Func<SqliteJournal, Task<T>> work, CancellationToken cancellation) => DataLocation.ExplainAsync(async () =>
    {
        await using var logger = LoggingSetup.Create(options.Logging, options.Telemetry, context.IsTerminal, context.NoColor);
        using var loggers = new SerilogLoggerFactory(logger);
        using var metrics = new TielineMetrics();
        using var directory = DataDirectory.Open(location.Directory);
        using var journal = SqliteJournal.Open(
            directory, options.Destinations.Select(destination => destination.Name), context.Time, metrics, loggers.CreateLogger<SqliteJournal>(),
            starts: options.Destinations.ToDictionary(destination => destination.Name, destination => destination.Start, StringComparer.Ordinal));
        var writing = journal.WriteAsync(cancellation);
        try
        {
            return await work(journal);
        }
        finally
        {
            journal.Complete();
            await writing;
        }
    });
}
