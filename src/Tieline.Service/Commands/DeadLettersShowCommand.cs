using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Service.Hosting;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class DeadLettersShowCommand : Verb
{
    private const int MaxShown = 20;

    private readonly DeadLetterOptions _which;
    private readonly Option<string?> _data = new("--data") { Description = "The data directory, in place of the configured one.", HelpName = "DIR" };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public DeadLettersShowCommand(GlobalOptions global, CommandContext context)
        : base("show", "Show a dead letter with its event, its attempts and what was answered. Reads only the journal, also beside a running Tieline.",
            "tieline dead-letters show evt_0123456789abcdef0123456789abcdef", "tieline dead-letters show 4711 --json")
    {
        (_global, _context, _which) = (global, context, new DeadLetterOptions(this, hasWhich: true));
        Options.Add(_data);
        Options.Add(_json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var location = DataLocation.Find(parse.GetValue(_data) ?? _global.Load(parse, _context).Options.DataDirectory, _context);
        var query = _which.Read(parse);
        var found = await DataLocation.ExplainAsync(() =>
        {
            using var reader = new JournalReader(location.Journal);
            JsonObject[] letters = [.. reader.ReadDeadLetters(query, default, MaxShown).Select(one => DeadLetterJson.Whole(one.Letter, one.Cursor.Destination, reader))];
            return Task.FromResult(letters);
        });
        if (found.Length == 0)
            throw new StartupException("There is no such dead letter: it was never one, or has been replayed or discarded. 'tieline audit show' tells.");
        if (parse.GetValue(_json))
        {
            ResultTable.Write(new JsonObject { ["deadLetters"] = new JsonArray([.. found]) }, _context.Output);
            return ExitCode.Done;
        }

        foreach (var letter in found)
            DeadLetterText.WriteWhole(letter, _context.Output);
        if (found.Length == MaxShown)
            await _context.Error.WriteLineAsync($"Only the first {MaxShown} are shown.");
        return ExitCode.Done;
    }
}
