using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tieline.Audit;
using Tieline.Journal;
using Tieline.Service.Hosting;
using Tieline.Storage;

namespace Tieline.Service.Commands;

internal sealed class AuditVerifyCommand : Verb
{
    private static readonly JsonSerializerOptions Writing = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Option<string?> _head = new("--head") { Description = "A head noted earlier: the log must still have it.", HelpName = "HASH" };
    private readonly Option<string?> _key = new("--key") { Description = "The id of the signing key, noted elsewhere: the log must be signed with it.", HelpName = "ID" };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly AuditLocation _location;
    private readonly CommandContext _context;

    public AuditVerifyCommand(GlobalOptions global, CommandContext context)
        : base("verify", "Check the chain of the audit log; names the first bad line and exits with 3 when there is one.",
            "tieline audit verify", "tieline audit verify --data /var/lib/tieline --json", "tieline audit verify --head 5f… --key 3a…")
    {
        (_location, _context) = (new AuditLocation(global, context), context);
        foreach (var option in (Option[])[_location.Data, _head, _key, _json])
        {
            Options.Add(option);
        }

        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var directory = _location.Find(parse);
        using var journal = OpenJournal(directory);
        try
        {
            var report = await AuditVerifier.VerifyAsync(
                Path.Combine(directory, AuditLocation.Folder), parse.GetValue(_head), parse.GetValue(_key), journal?.ReadHead(), journal is null ? null : () => journal.ReadCounters().NextFact - 1, null, cancellation);
            if (parse.GetValue(_json))
            {
                await _context.Output.WriteAsync(JsonSerializer.Serialize(report, Writing) + "\n");
            }
            else
            {
                foreach (var line in report.ToText())
                {
                    await _context.Output.WriteLineAsync(line);
                }
            }

            return report.Ok ? ExitCode.Done : ExitCode.Wanting;
        }
        catch (ArgumentException e)
        {
            await _context.Error.WriteLineAsync($"--{e.ParamName}: {e.Message}");
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Cannot read the audit log: {e.Message}", e);
        }
    }

    /// <summary>The files alone are enough; a journal beside them says more.</summary>
    private JournalReader? OpenJournal(string directory)
    {
        var path = Path.Combine(directory, JournalSchema.FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return new JournalReader(path);
        }
        catch (StorageException e)
        {
            _context.Error.WriteLine($"The log is checked without the journal: {e.Message}");
            return null;
        }
    }
}
