using System.CommandLine;
using Tieline.Service.Hosting;
using Tieline.Simulator;

namespace Tieline.Service.Commands;

internal sealed class SimulateGenesysCommand : Verb
{
    private static readonly GenesysSimulatorOptions Defaults = new();

    private readonly CommandContext _context;
    private readonly Option<string> _listen = Given("--listen", "URL", "Where to listen: http, a loopback address, port 0 for a free one.", Defaults.Listen);
    private readonly Option<string> _control = Given("--control-listen", "URL", "Where the control API answers even while the other address refuses connections.", Defaults.ControlListen);
    private readonly Option<double> _rate = Given("--rate", "N", "Events a second; 0: as fast as the sockets take them.", Defaults.Rate);
    private readonly Option<double> _passing = Given("--passing", "SHARE", "Share of the events that pass the default filter.", Defaults.Passing);
    private readonly Option<int> _seed = Given("--seed", "N", "What chance starts from: the same seed gives the same conversations.", Defaults.Seed);
    private readonly Option<string> _clientId = Given("--client-id", "ID", "The one client the token endpoint knows.", Defaults.ClientId);
    private readonly Option<string> _clientSecret = Given("--client-secret", "SECRET", "Its secret.", Defaults.ClientSecret);
    private readonly Option<int> _expiresIn = Given("--expires-in", "SECONDS", "Life of a token.", Defaults.ExpiresIn);
    private readonly Option<long> _firstSequence = Given("--first-sequence", "N", "Number of the first event.", Defaults.FirstSequence);
    private readonly Option<long?> _maxEvents = Given<long?>("--max-events", "N", "Stop after this many events.", null);
    private readonly Option<string?> _canary = Given<string?>("--canary", "TEXT", "Planted in every free-text field.", null);

    private readonly Option<string[]> _faults = new("--fault")
    {
        Description = "A fault to commit by itself, as JSON: {\"kind\":\"abort\",\"everySeconds\":10}. Repeatable.",
        HelpName = "JSON",
        DefaultValueFactory = _ => [],
    };

    public SimulateGenesysCommand(GlobalOptions global, CommandContext context)
        : base("genesys", "Run a simulated Genesys Cloud: token endpoint and event stream, with faults on demand.",
            "tieline simulate genesys --rate 500", "tieline simulate genesys --listen http://127.0.0.1:8080 --fault '{\"kind\":\"abort\",\"everySeconds\":30}'")
    {
        _ = global;
        _context = context;
        foreach (var option in new Option[] { _listen, _control, _rate, _passing, _seed, _clientId, _clientSecret, _expiresIn, _firstSequence, _maxEvents, _canary, _faults })
            Options.Add(option);
        SetAction((parse, _) => RunAsync(parse));
    }

    private async Task<int> RunAsync(ParseResult parse)
    {
        var options = new GenesysSimulatorOptions
        {
            Listen = parse.GetValue(_listen)!,
            ControlListen = parse.GetValue(_control)!,
            Rate = parse.GetValue(_rate),
            Passing = parse.GetValue(_passing),
            Seed = parse.GetValue(_seed),
            ClientId = parse.GetValue(_clientId)!,
            ClientSecret = parse.GetValue(_clientSecret)!,
            ExpiresIn = parse.GetValue(_expiresIn),
            FirstSequence = parse.GetValue(_firstSequence),
            MaxEvents = parse.GetValue(_maxEvents),
            Canary = parse.GetValue(_canary),
        };
        try
        {
            foreach (var fault in parse.GetValue(_faults)!)
                options.Faults.Add(SimulatorFault.Parse(fault));
        }
        catch (FormatException e)
        {
            await _context.Error.WriteLineAsync($"--fault: {e.Message}");
            return ExitCode.Usage;
        }

        if (options.Validate() is { Count: > 0 } errors)
        {
            foreach (var error in errors)
                await _context.Error.WriteLineAsync(error);
            return ExitCode.Usage;
        }

        _context.Signals.Listen();
        try
        {
            await SimulatorHost.RunGenesysAsync(options, _context.Signals.Stopping, _context.Output, _context.Time);
            return ExitCode.Done;
        }
        catch (IOException e)
        {
            throw new StartupException($"cannot listen: {e.Message}", e);
        }
    }

    private static Option<T> Given<T>(string name, string helpName, string description, T value) =>
        new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => value };
}
