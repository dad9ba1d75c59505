using System.CommandLine;
using Tieline.Service.Hosting;
using Tieline.Simulator;

namespace Tieline.Service.Commands;

internal sealed class SimulateCrmCommand : Verb
{
    private static readonly CrmSimulatorOptions Defaults = new();

    private readonly Option<string> _listen = new("--listen") { Description = "Where to listen; port 0 takes a free one.", HelpName = "URL", DefaultValueFactory = _ => Defaults.Listen };
    private readonly Option<int> _status = new("--status") { Description = "What a webhook is answered.", HelpName = "N", DefaultValueFactory = _ => Defaults.Status };
    private readonly Option<double> _delay = new("--delay") { Description = "Seconds before each answer.", HelpName = "S" };
    private readonly Option<bool> _record = new("--record") { Description = "Keep every request, for GET /_simulator/requests.", HelpName = "true|false", DefaultValueFactory = _ => Defaults.Record };
    private readonly CommandContext _context;

    public SimulateCrmCommand(CommandContext context)
        : base("crm", "Run a simulated CRM that receives webhooks, with answers on demand at /_simulator/.", "tieline simulate crm", "tieline simulate crm --status 503 --delay 0.2")
    {
        _context = context;
        foreach (var option in (Option[])[_listen, _status, _delay, _record])
        {
            Options.Add(option);
        }

        SetAction((parse, _) => RunAsync(parse));
    }

    private async Task<int> RunAsync(ParseResult parse)
    {
        var options = new CrmSimulatorOptions
        {
            Listen = parse.GetValue(_listen)!,
            Status = parse.GetValue(_status),
            Delay = TimeSpan.FromSeconds(parse.GetValue(_delay)),
            Record = parse.GetValue(_record),
        };
        var errors = options.Validate();
        foreach (var error in errors)
        {
            await _context.Error.WriteLineAsync(error);
        }

        if (errors.Count > 0)
        {
            return ExitCode.Usage;
        }

        try
        {
            _context.Signals.Listen();
            await SimulatorHost.RunCrmAsync(options, _context.Signals.Stopping, _context.Output);
            return ExitCode.Done;
        }
        catch (IOException e)
        {
            throw new StartupException($"Cannot listen on {options.Listen}: {e.Message}", e);
        }
    }
}
