using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Service.Configuration;

namespace Tieline.Service.Commands;

internal sealed class ConfigDiffCommand : Verb
{
    private readonly Argument<string?> _other = new("FILE") { Description = "The other configuration, read in place of the file in force. Without it: the defaults.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public ConfigDiffCommand(GlobalOptions global, CommandContext context)
        : base("diff", "Print the keys that differ from the defaults, or would differ with another file in place of the one in force. Of secrets it tells only that they differ.",
            "tieline config diff", "tieline config diff tieline.next.json --json")
    {
        (_global, _context) = (global, context);
        Arguments.Add(_other);
        Options.Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult parse)
    {
        var here = _global.Load(parse, _context);
        var other = parse.GetValue(_other) is { } file ? _global.Load(parse, _context, file) : Defaults();
        GlobalOptions.Explain(here, _context.Error);
        if (parse.GetValue(_other) is not null)
            GlobalOptions.Explain(other, _context.Error);
        var changes = parse.GetValue(_other) is null ? ConfigurationChange.Between(other, here) : ConfigurationChange.Between(here, other);
        if (parse.GetValue(_json))
        {
            ResultTable.Write(
                new JsonObject { ["changes"] = new JsonArray([.. changes.Select(change => new JsonObject { ["key"] = change.Key, ["before"] = change.Before, ["after"] = change.After })]) }, _context.Output);
        }
        else if (changes.Count == 0)
        {
            _context.Output.WriteLine("No key differs.");
        }
        else
        {
            foreach (var change in changes)
                _context.Output.WriteLine(change);
        }

        return here.Errors.Count == 0 && (parse.GetValue(_other) is null || other.Errors.Count == 0) ? ExitCode.Done : ExitCode.Usage;
    }

    private LoadedConfiguration Defaults() =>
        ConfigurationLoader.Load(new ConfigurationSources(_context.WorkingDirectory, null, new Dictionary<string, string>(), []) { OnlySet = true });
}
