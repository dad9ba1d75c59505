using System.CommandLine;
using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

/// <summary>Where the audit log of a command is: <c>--data</c>, or the configuration's data directory. What else the configuration lacks does not matter here.</summary>
internal sealed class AuditLocation(GlobalOptions global, CommandContext context)
{
    public const string Folder = "audit";

    public Option<string?> Data { get; } = new("--data") { Description = "The data directory, in place of the configured one.", HelpName = "DIR" };

    /// <returns>The data directory's full path; its audit folder exists.</returns>
    public string Find(ParseResult parse)
    {
        var given = parse.GetValue(Data) ?? global.Load(parse, context).Options.DataDirectory;
        var directory = Path.GetFullPath(given, context.WorkingDirectory);
        return Directory.Exists(Path.Combine(directory, Folder))
            ? directory
            : throw new StartupException($"There is no audit log in '{directory}'. --data DIR names another data directory.");
    }
}
