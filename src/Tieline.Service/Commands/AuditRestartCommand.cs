using System.CommandLine;
using Tieline.Audit;
using Tieline.Forwarding;
using Tieline.Service.Hosting;
using Tieline.Storage;

namespace Tieline.Service.Commands;

internal sealed class AuditRestartCommand : Verb
{
    private readonly Option<string?> _data = new("--data") { Description = "The data directory, in place of the configured one.", HelpName = "DIR" };
    private readonly Option<string> _reason = new("--reason") { Description = "The reason; the first line of the new log contains it.", HelpName = "TEXT", Required = true };
    private readonly Option<bool> _yes = Decision.Yes();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public AuditRestartCommand(GlobalOptions global, CommandContext context)
        : base("restart", "Begin a new audit log on record, if the old one is damaged or belongs to another journal and there is no copy. The old files are moved aside unchanged. The first line of the new log names their end and the reason. Tieline must not run.",
            "tieline audit restart --reason \"journal lost with the disk\"", "tieline audit restart --data /var/lib/tieline --reason \"journal lost with the disk\" --yes")
    {
        (_global, _context) = (global, context);
        DeadLettersDiscardCommand.Limit(_reason);
        foreach (var option in (Option[])[_data, _reason, _yes])
            Options.Add(option);
        SetAction((parse, _) => RunAsync(parse));
    }

    private async Task<int> RunAsync(ParseResult parse)
    {
        var path = Path.GetFullPath(parse.GetValue(_data) ?? _global.Load(parse, _context).Options.DataDirectory, _context.WorkingDirectory);
        if (!Directory.Exists(path))
            throw new StartupException($"There is no data directory '{path}'. --data DIR names another one.");
        if (!await Decision.IsYesAsync(_context, parse.GetValue(_yes), $"Move the audit log of '{path}' aside and begin a new one?"))
            return ExitCode.Done;
        return await DataLocation.ExplainAsync(async () =>
        {
            using var directory = DataDirectory.Open(path);
            try
            {
                var aside = AuditRestart.Begin(directory, parse.GetValue(_reason)!, Environment.UserName, ForwardPosition.FileName, _context.Time.GetUtcNow());
                await _context.Output.WriteLineAsync(aside is null ? "A new audit log was started." : $"A new audit log was started. The old one is in '{directory.FileNamed(aside)}': keep it.");
                await _context.Output.WriteLineAsync("If events may be missing from the journal: 'tieline run', then 'tieline reconcile --from TIME --to TIME --repair' over the time that it lacks.");
                return ExitCode.Done;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or AuditBrokenException)
            {
                throw new StartupException($"Cannot begin a new audit log: {e.Message}", e);
            }
        });
    }
}
