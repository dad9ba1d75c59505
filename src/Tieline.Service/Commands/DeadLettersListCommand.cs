using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class DeadLettersListCommand : Verb
{
    private const int Page = 500;

    private readonly DeadLetterOptions _which;
    private readonly Option<bool> _each = new("--each") { Description = "Each dead letter on its own, not grouped by cause." };
    private readonly Option<string?> _data = new("--data") { Description = "The data directory, in place of the configured one.", HelpName = "DIR" };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public DeadLettersListCommand(GlobalOptions global, CommandContext context)
        : base("list", "List dead letters, grouped by cause. Reads only the journal, also beside a running Tieline.", "tieline dead-letters list", "tieline dead-letters list --destination crm --status 422 --each")
    {
        (_global, _context, _which) = (global, context, new DeadLetterOptions(this, hasWhich: false));
        foreach (var option in (Option[])[_each, _data, _json])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var location = DataLocation.Find(parse.GetValue(_data) ?? _global.Load(parse, _context).Options.DataDirectory, _context);
        var query = _which.Read(parse);
        var each = parse.GetValue(_each);
        var found = await DataLocation.ExplainAsync(() =>
        {
            using var reader = new JournalReader(location.Journal);
            return Task.FromResult(each ? Each(reader, query, cancellation) : DeadLetterJson.Of(reader.ReadDeadLetterGroups(query)));
        });
        if (parse.GetValue(_json))
            ResultTable.Write(new JsonObject { [each ? "deadLetters" : "groups"] = found }, _context.Output);
        else if (found.Count == 0)
            await _context.Output.WriteLineAsync("No dead letter fits.");
        else if (each)
            DeadLetterText.WriteEach(found, _context.Output);
        else
            DeadLetterText.WriteGroups(found, _context.Output);
        return ExitCode.Done;
    }

    private static JsonArray Each(JournalReader reader, DeadLetterQuery query, CancellationToken cancellation)
    {
        var all = new JsonArray();
        for (var page = reader.ReadDeadLetters(query, default, Page); page.Count > 0; page = reader.ReadDeadLetters(query, page[^1].Cursor, Page))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var (letter, _) in page)
                all.Add(DeadLetterJson.Of(letter));
        }

        return all;
    }
}
