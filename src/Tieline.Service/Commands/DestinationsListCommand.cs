using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class DestinationsListCommand : Verb
{
    private readonly Option<bool> _json = GlobalOptions.Json();

    public DestinationsListCommand(GlobalOptions global, CommandContext context)
        : base("list", "The destinations that the journal knows, and what each has not been delivered. It is read from the data directory, whether Tieline runs or not.", "tieline destinations list")
    {
        Options.Add(_json);
        SetAction(async (parse, _) =>
        {
            if (global.LoadOrExplain(parse, context) is not { } options)
                return ExitCode.Usage;
            var location = DataLocation.Find(options.DataDirectory, context);
            var found = await DataLocation.ExplainAsync(() =>
            {
                using var reader = new JournalReader(location.Journal);
                return Task.FromResult(DestinationJson.Of(reader.ReadBacklogs(), [.. options.Destinations.Select(destination => destination.Name)], reader.ReadPauses()));
            });
            if (parse.GetValue(_json))
                ResultTable.Write(new JsonObject { ["destinations"] = found }, context.Output);
            else if (found.Count == 0)
                await context.Output.WriteLineAsync("The journal knows no destination yet.");
            else
                Write(found, context.Output);
            return ExitCode.Done;
        });
    }

    public static void Write(JsonArray destinations, TextWriter output)
    {
        var table = ResultTable.Create("destination", "configured", "undelivered", "oldest", "dead letters", "paused");
        foreach (var one in destinations)
            table.Add(one!["destination"], one["configured"]!.GetValue<bool>() ? "yes" : "no", one["undelivered"], one["oldest"], one["deadLetters"], one["pause"] is { } pause ? $"since {pause["since"]} by {pause["by"]}: {pause["reason"]}" : "no");
        ResultTable.Write(table, output);
    }
}
