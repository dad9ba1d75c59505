using System.CommandLine;
using System.Text.Json.Nodes;
using Serilog.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Http;
using Tieline.Storage;

namespace Tieline.Service.Commands;

/// <summary>What pausing and resuming a destination have in common: the running Tieline does it, else the journal is told.</summary>
internal sealed class PauseWork(GlobalOptions global, CommandContext context)
{
    /// <param name="path">Of the API.</param>
    /// <param name="decide">Where no Tieline runs. False: it is so already.</param>
    /// <param name="done">In a sentence.</param>
    /// <param name="already">Likewise, where it is so already.</param>
    public async Task<int> RunAsync(
        ParseResult parse, string name, string path, JsonObject body, Func<SqliteJournal, CancellationToken, Task<bool>> decide, string done, Func<SqliteJournal, string> already, CancellationToken cancellation)
    {
        if (global.LoadOrExplain(parse, context) is not { } options)
            return ExitCode.Usage;
        if (!options.Destinations.Any(destination => destination.Name == name))
        {
            await context.Error.WriteLineAsync(DestinationApi.NotConfigured(name));
            return ExitCode.Usage;
        }

        var location = DataLocation.Find(options.DataDirectory, context);
        if (location.IsInUse)
        {
            using var client = new ServiceClient(location, options);
            await client.PostAsync(path, body, cancellation);
        }
        else if (await DataLocation.ExplainAsync(() => AloneAsync(location, options, decide, already, cancellation)) is { } problem)
        {
            throw new StartupException(problem);
        }

        await context.Output.WriteLineAsync(done);
        return ExitCode.Done;
    }

    /// <returns>Why nothing was done; null where it was.</returns>
    private async Task<string?> AloneAsync(
        DataLocation location, TielineOptions options, Func<SqliteJournal, CancellationToken, Task<bool>> decide, Func<SqliteJournal, string> already, CancellationToken cancellation)
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
            return await decide(journal, cancellation) ? null : already(journal);
        }
        finally
        {
            journal.Complete();
            await writing;
        }
    }
}
