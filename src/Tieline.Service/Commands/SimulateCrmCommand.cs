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
    private readonly Option<string?> _preset = new("--preset") { Description = "Behave like this CRM's own API, with its limits and answers; it takes the user tieline and the secret secret-of-the-crm.", HelpName = "salesforce|hubspot|zendesk|dynamics365|servicenow" };
    private readonly Option<int?> _limit = new("--preset-limit") { Description = "Requests in any 10 s, in place of the CRM's own limit.", HelpName = "N" };
    private readonly Option<int?> _daily = new("--preset-daily") { Description = "Requests in 24 hours, likewise (Salesforce, HubSpot).", HelpName = "N" };
    private readonly CommandContext _context;

    public SimulateCrmCommand(CommandContext context)
        : base("crm", "Run a simulated CRM that receives webhooks, with answers on demand at /_simulator/.", "tieline simulate crm", "tieline simulate crm --status 503 --delay 0.2", "tieline simulate crm --preset hubspot --preset-limit 20")
    {
        _context = context;
        foreach (var option in (Option[])[_listen, _status, _delay, _record, _preset, _limit, _daily])
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
            Preset = parse.GetValue(_preset),
            PresetLimit = parse.GetValue(_limit),
            PresetDaily = parse.GetValue(_daily),
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
