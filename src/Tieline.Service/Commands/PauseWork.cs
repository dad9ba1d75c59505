using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Service.Hosting;
using Tieline.Service.Http;

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
        else if (await LoneJournal.UseAsync(location, options, context, async journal => await decide(journal, cancellation) ? null : already(journal), cancellation) is { } problem)
        {
            throw new StartupException(problem);
        }

        await context.Output.WriteLineAsync(done);
        return ExitCode.Done;
    }
}
