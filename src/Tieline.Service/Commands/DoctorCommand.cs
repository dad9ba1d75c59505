using System.CommandLine;
using Tieline.Service.Configuration;
using Tieline.Service.Doctor;

namespace Tieline.Service.Commands;

internal sealed class DoctorCommand : Verb
{
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public DoctorCommand(GlobalOptions global, CommandContext context)
        : base("doctor", "Look at everything that 'run' needs: configuration, names, certificates, clock, credentials and permissions at Genesys, the stream, the CRM, the disk. Sends no event, and disturbs no Tieline that runs; exits with 3 when something failed.",
            "tieline doctor", "tieline doctor --config /etc/tieline/tieline.json --json")
    {
        (_global, _context) = (global, context);
        Options.Add(_json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var loaded = _global.Load(parse, _context);
        var asJson = parse.GetValue(_json);
        if (loaded.Errors.Count > 0)
        {
            GlobalOptions.Explain(loaded, _context.Error);
            if (asJson)
                ResultTable.Write(new ExaminationReport(await new ConfigurationCheck(loaded).RunAsync(cancellation)).ToJson(), _context.Output);
            return ExitCode.Usage;
        }

        using var genesys = new GenesysAccess(loaded.Options.Genesys, _context.Time);
        using var progress = new ProgressLine(_context);
        var report = await new Examination(CheckList.Of(loaded, genesys, _context.WorkingDirectory, _context.Time), _context.Time).RunAsync(check => progress.Show($"looking at {check} …"), cancellation);
        progress.End();
        if (asJson)
            ResultTable.Write(report.ToJson(), _context.Output);
        else
            report.Write(_context.Output, _context.OutputWidth);
        return report.IsGood ? ExitCode.Done : ExitCode.Wanting;
    }
}
