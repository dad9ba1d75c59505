using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Service.Configuration;
using Tieline.Service.Desks;
using Tieline.Service.Http;
using Tieline.Service.Web.Shell;

namespace Tieline.Service.Commands;

internal sealed class ConfigPreviewCommand : Verb
{
    private readonly Option<TimeSpan> _last = new("--last")
    {
        Description = "Look so far back: 90m, 24h.",
        HelpName = "TIME",
        DefaultValueFactory = _ => FilterDesk.Usual,
        CustomParser = result =>
        {
            if (Duration.TryParse(result.Tokens[0].Value, out var last) && FilterDesk.IsSpan(last))
                return last;
            result.AddError($"--last {FilterDesk.BadSpan}, was '{result.Tokens[0].Value}'");
            return FilterDesk.Usual;
        },
    };

    private readonly Option<string?> _data = new("--data") { Description = "The data directory, in place of the configured one.", HelpName = "DIR" };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public ConfigPreviewCommand(GlobalOptions global, CommandContext context)
        : base("preview", "Tell what the filters of a configuration would have kept of the last day's events. Looks at what the journal has: what was dropped meanwhile is on no disk. Changes nothing.",
            "tieline config preview --config tieline.next.json", "tieline config preview --config tieline.next.json --last 2h --json")
    {
        (_global, _context) = (global, context);
        Options.Add(_last);
        Options.Add(_data);
        Options.Add(_json);
        SetAction(RunAsync);
    }

    /// <param name="dropped">By the filter in force, meanwhile; null where that is not known.</param>
    internal static string NotOnDisk(long? dropped) => dropped switch
    {
        null => "What the filter in force dropped meanwhile is on no disk, and not counted here.",
        0 => "The filter in force dropped none meanwhile.",
        1 => "1 more was dropped by the filter in force: it is on no disk, and a wider filter might have kept it.",
        _ => $"{Show.Count(dropped)} more were dropped by the filter in force: they are on no disk, and a wider filter might have kept some of them.",
    };

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        if (_global.LoadOrExplain(parse, _context) is not { } options)
            return ExitCode.Usage;
        var location = DataLocation.Find(parse.GetValue(_data) ?? options.DataDirectory, _context);
        var (asked, last) = (FilterDesk.SetOf(options), parse.GetValue(_last));
        JsonObject report;
        if (location.IsInUse)
        {
            using var client = new ServiceClient(location, options);
            report = await client.PreviewAsync(FilterRequest.Write(asked, string.Create(CultureInfo.InvariantCulture, $"{last.TotalMinutes}m")), cancellation);
        }
        else
        {
            report = await DataLocation.ExplainAsync(async () =>
            {
                var now = _context.Time.GetUtcNow();
                var preview = new FilterPreview(asked, inForce: null);
                using var reader = new JournalReader(location.Journal);
                await preview.ReadAsync(reader, now - last, now, cancellation);
                return preview.ToJson(notKept: null);
            });
        }

        if (parse.GetValue(_json))
            ResultTable.Write(report, _context.Output);
        else
            Write(report);
        return ExitCode.Done;
    }

    private void Write(JsonObject report)
    {
        _context.Output.WriteLine($"{Show.Counted(report["events"]!.GetValue<long>(), "event")} on disk, received from {report["from"]} to {report["to"]}.");
        _context.Output.WriteLine(NotOnDisk(report["notOnDisk"]?.GetValue<long>()));
        foreach (var part in report["parts"]!.AsArray().OfType<JsonObject>())
        {
            _context.Output.WriteLine();
            _context.Output.WriteLine($"{part["filter"]}: would have kept {part["kept"]} and dropped {part["dropped"]}{(part["keptNow"] is { } now ? $"; the one in force keeps {now}" : "")}.");
            var table = ResultTable.Create("type", "state", "queue", "kept", "dropped", "kept now");
            foreach (var kind in part["kinds"]!.AsArray())
                table.Add(kind!["type"], kind["state"], kind["queue"], kind["kept"], kind["dropped"], kind["keptNow"]);
            if (part["others"] is { } others && others["kept"]!.GetValue<long>() + others["dropped"]!.GetValue<long>() > 0)
                table.Add("(others)", null, null, others["kept"], others["dropped"], others["keptNow"]);
            ResultTable.Write(table, _context.Output);
            foreach (var example in part["examples"]!.AsArray())
                _context.Output.WriteLine($"would {example!["would"]} {example["id"]} of {example["conversation"]}");
        }
    }
}
