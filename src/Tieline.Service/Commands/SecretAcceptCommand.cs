using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Service.Hosting;
using Tieline.Storage;

namespace Tieline.Service.Commands;

internal sealed class SecretAcceptCommand : Verb
{
    private readonly Option<string> _reason = new("--reason") { Description = "The reason; the audit log contains it.", HelpName = "TEXT", Required = true };
    private readonly Option<bool> _yes = Decision.Yes();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public SecretAcceptCommand(GlobalOptions global, CommandContext context)
        : base("accept-identity-key", "Put a different identity key on record: the key that is present or configured, or a new one if there is none. Afterwards each person has another hash. Tieline must not run.",
            "tieline secret accept-identity-key --reason \"rotated after an audit\"")
    {
        (_global, _context) = (global, context);
        DeadLettersDiscardCommand.Limit(_reason);
        Options.Add(_reason);
        Options.Add(_yes);
        SetAction((parse, _) => RunAsync(parse));
    }

    private async Task<int> RunAsync(ParseResult parse)
    {
        if (_global.LoadOrExplain(parse, _context) is not { } options)
            return ExitCode.Usage;
        var location = DataLocation.Find(options.DataDirectory, _context);
        if (!await Decision.IsYesAsync(_context, parse.GetValue(_yes), "Go on with another key? Each person then has another hash than in what was delivered before."))
            return ExitCode.Done;
        return await DataLocation.ExplainAsync(async () =>
        {
            using var directory = DataDirectory.Open(location.Directory);
            try
            {
                string? before;
                using (var journal = new JournalReader(location.Journal))
                    before = journal.ReadIdentityKey();
                var after = IdentityKeyFile.Fingerprint(IdentityKeys.Read(directory, options));
                if (before == after)
                {
                    await _context.Output.WriteLineAsync("Nothing was done: it is the key that the journal knows.");
                    return ExitCode.Done;
                }

                var detail = new JsonObject { ["before"] = before, ["after"] = after, ["reason"] = parse.GetValue(_reason), ["by"] = Environment.UserName };
                StoppedJournal.SetIdentityKey(directory, after, detail.ToJsonString(), _context.Time.GetUtcNow());
                await _context.Output.WriteLineAsync("Identities are hashed under the new key from the next start on. Keep a copy of it.");
                return ExitCode.Done;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StartupException($"Cannot accept the key: {e.Message}", e);
            }
        });
    }
}
