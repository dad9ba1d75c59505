using System.CommandLine;
using Tieline.Service.Configuration;

namespace Tieline.Service.Commands;

/// <summary>The options that every verb has.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Config { get; } = new("--config", "-c")
    {
        Description = $"Read FILE in place of ./{ConfigurationLoader.FileName}.",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<string[]> Set { get; } = new("--set", "-s")
    {
        Description = "Set one key, over file, .env and environment: --set Genesys:Region=mypurecloud.de. Repeatable.",
        HelpName = "Key=Value",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "Log each event: the same as --set Logging:Level=Debug.",
        Recursive = true,
    };

    /// <summary>For the verbs whose result a script may want.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON." };

    /// <param name="file">Read in place of the one that is in force.</param>
    public LoadedConfiguration Load(ParseResult parse, CommandContext context, string? file = null)
    {
        var set = parse.GetValue(Set) ?? [];
        return ConfigurationLoader.Load(new ConfigurationSources(
            context.WorkingDirectory, file ?? parse.GetValue(Config), context.Environment, parse.GetValue(Verbose) ? [.. set, "Logging:Level=Debug"] : set));
    }

    /// <summary>The options, or null after every error has been printed.</summary>
    public TielineOptions? LoadOrExplain(ParseResult parse, CommandContext context)
    {
        var loaded = Load(parse, context);
        Explain(loaded, context.Error);
        return loaded.Errors.Count == 0 ? loaded.Options : null;
    }

    public static void Explain(LoadedConfiguration loaded, TextWriter error)
    {
        foreach (var problem in loaded.Errors)
        {
            error.WriteLine(problem);
        }
    }
}
