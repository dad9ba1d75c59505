using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

/// <summary>What the commands that decide on events have in common: tell the plan, ask, then have it done: by the running Tieline, else by a pipeline without the stream.</summary>
internal sealed class DeskWork(GlobalOptions global, CommandContext context)
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(200);

    /// <param name="plan">What would be done; reads only.</param>
    /// <param name="question">Of the plan; null where there is nothing to do.</param>
    /// <param name="path">Of the API.</param>
    /// <param name="told">The report in a sentence.</param>
    /// <param name="needs">A destination that must be configured.</param>
    public async Task<int> RunAsync(
        ParseResult parse, bool yes, bool json, TimeSpan? patience, Func<JournalReader, JsonArray> plan, Func<JsonArray, string?> question, string path, JsonObject body,
        Func<DeadLetterDesk, string, Action<DeskReport>, CancellationToken, Task<DeskReport>> work, Func<JsonObject, string> told, CancellationToken cancellation, string? needs = null)
    {
        if (global.LoadOrExplain(parse, context) is not { } options)
            return ExitCode.Usage;
        var location = DataLocation.Find(options.DataDirectory, context);
        options.DataDirectory = location.Directory;
        if (needs is not null && !options.Destinations.Any(destination => destination.Name == needs))
        {
            await context.Error.WriteLineAsync($"There is no destination '{needs}' in the configuration; there are {string.Join(", ", options.Destinations.Select(destination => destination.Name))}.");
            return ExitCode.Usage;
        }

        var planned = await DataLocation.ExplainAsync(() =>
        {
            using var reader = new JournalReader(location.Journal);
            return Task.FromResult(plan(reader));
        });
        var asked = question(planned);
        if (!json)
            Write(planned);
        JsonObject? report = null;
        if (asked is not null && await Decision.IsYesAsync(context, yes, asked))
            report = await DoAsync(location, options, patience, path, body, work, cancellation);
        if (json)
            ResultTable.Write(new JsonObject { ["plan"] = planned, ["report"] = report }, context.Output);
        else if (report is not null)
            await context.Output.WriteLineAsync(told(report));
        return ExitCode.Done;
    }

    private void Write(JsonArray planned)
    {
        if (planned.Count == 0)
            context.Output.WriteLine("Nothing fits: there is nothing to do.");
        else if (planned[0]!["cause"] is not null)
            DeadLetterText.WriteGroups(planned, context.Output);
        else if (planned[0]!["undelivered"] is not null)
            DestinationsListCommand.Write(planned, context.Output);
        else
            context.Output.WriteLine($"{planned[0]!["count"]} events that '{planned[0]!["destination"]}' accepted, at positions {planned[0]!["first"]} to {planned[0]!["last"]}, would go to '{planned[0]!["toDestination"]}'.");
    }

    private async Task<JsonObject> DoAsync(
        DataLocation location, TielineOptions options, TimeSpan? patience, string path, JsonObject body, Func<DeadLetterDesk, string, Action<DeskReport>, CancellationToken, Task<DeskReport>> work,
        CancellationToken cancellation)
    {
        using var progress = new ProgressLine(context);
        JsonObject? last = null;
        try
        {
            return await DataLocation.ExplainAsync(() => location.IsInUse ? AskAsync(location, options, path, body, Show, cancellation) : AloneAsync(options, patience, work, Show, cancellation));
        }
        catch (OperationCanceledException)
        {
            progress.End();
            await context.Error.WriteLineAsync($"Stopped after {last?["done"] ?? 0}{(last?["last"] is { } position ? $", at position {position}" : "")}: what is done is done. Run it again to go on.");
            throw;
        }

        void Show(JsonObject report)
        {
            last = report;
            progress.Show($"{report["done"]} done …");
        }
    }

    private static async Task<JsonObject> AskAsync(DataLocation location, TielineOptions options, string path, JsonObject body, Action<JsonObject> progress, CancellationToken cancellation)
    {
        using var client = new ServiceClient(location, options);
        body["by"] = Environment.UserName;
        return await client.FollowAsync(path, body, progress, cancellation);
    }

    private async Task<JsonObject> AloneAsync(
        TielineOptions options, TimeSpan? patience, Func<DeadLetterDesk, string, Action<DeskReport>, CancellationToken, Task<DeskReport>> work, Action<JsonObject> progress, CancellationToken cancellation)
    {
        JsonObject? result = null;
        await new OneShot(options, context).RunAsync(
            async (admin, stopping) =>
            {
                result = DeadLetterJson.Of(await work(admin.Desk, Environment.UserName, report => progress(DeadLetterJson.Of(report)), stopping));
                while (options.Destinations.Select(destination => admin.Journal.NumberOf(destination.Name)).Where(number => admin.Journal.PauseOf(number) is null)
                    .Sum(number => admin.Journal.Read(reader => reader.ReadReleasedCount(number))) > 0)
                    await Task.Delay(_look, context.Time, stopping);
            },
            patience,
            cancellation);
        return result ?? throw new StartupException("The time was over before all was done; what is done is done. Run it again to go on, with a longer --for.");
    }
}
