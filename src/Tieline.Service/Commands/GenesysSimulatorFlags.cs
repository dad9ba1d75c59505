using System.CommandLine;
using Tieline.Service.Hosting;
using Tieline.Simulator;

namespace Tieline.Service.Commands;

/// <summary>The flags of the simulated Genesys: <see cref="GenesysSimulatorOptions"/>, one by one.</summary>
internal sealed class GenesysSimulatorFlags
{
    private static readonly GenesysSimulatorOptions Defaults = new();

    private readonly Option<string> _listen = new("--listen") { Description = "Where to listen; port 0 takes a free one.", HelpName = "URL", DefaultValueFactory = _ => Defaults.Listen };
    private readonly Option<double> _rate = new("--rate") { Description = "Events a second; 0: as fast as they are taken.", HelpName = "N", DefaultValueFactory = _ => Defaults.Rate };
    private readonly Option<double> _passing = new("--passing") { Description = "Share of events that Tieline's default filter keeps, above 0 to 1.", HelpName = "X", DefaultValueFactory = _ => Defaults.Passing };
    private readonly Option<int> _seed = new("--seed") { Description = "What chance starts from.", HelpName = "N", DefaultValueFactory = _ => Defaults.Seed };
    private readonly Option<string> _clientId = new("--client-id") { Description = "The client the token endpoint knows.", HelpName = "ID", DefaultValueFactory = _ => Defaults.ClientId };
    private readonly Option<string> _clientSecret = new("--client-secret") { Description = "Its secret.", HelpName = "SECRET", DefaultValueFactory = _ => Defaults.ClientSecret };
    private readonly Option<int> _expiresIn = new("--expires-in") { Description = "Life of a token in seconds.", HelpName = "S", DefaultValueFactory = _ => Defaults.ExpiresIn };
    private readonly Option<long?> _maxEvents = new("--max-events") { Description = "Stop after so many.", HelpName = "N" };
    private readonly Option<bool?> _ledger = new("--ledger") { Description = "Keep a line for each event, for GET /_simulator/ledger (default: yes, except at rate 0).", HelpName = "true|false" };
    private readonly Option<string?> _canary = new("--canary") { Description = "Plant this text in every free-text field.", HelpName = "TEXT" };
    private readonly Option<long> _firstSequence = new("--first-sequence") { Description = "Number of the first event.", HelpName = "N", DefaultValueFactory = _ => Defaults.FirstSequence };
    private readonly Option<string[]> _fault = new("--fault")
    {
        Description = "Something to go wrong, as the JSON of POST /_simulator/faults: --fault '{\"kind\":\"close\",\"code\":4001,\"afterSeconds\":10}'. Repeatable.",
        HelpName = "JSON",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_listen, _rate, _passing, _seed, _clientId, _clientSecret, _expiresIn, _maxEvents, _ledger, _canary, _firstSequence, _fault])
        {
            command.Options.Add(option);
        }
    }

    public async Task<int> RunAsync(ParseResult parse, CommandContext context)
    {
        if (Read(parse, context) is not { } options)
        {
            return ExitCode.Usage;
        }

        try
        {
            context.Signals.Listen();
            await SimulatorHost.RunGenesysAsync(options, context.Signals.Stopping, context.Output);
            return ExitCode.Done;
        }
        catch (IOException e)
        {
            throw new StartupException($"Cannot listen on {options.Listen}: {e.Message}", e);
        }
    }

    private GenesysSimulatorOptions? Read(ParseResult parse, CommandContext context)
    {
        var options = new GenesysSimulatorOptions
        {
            Listen = parse.GetValue(_listen)!,
            Rate = parse.GetValue(_rate),
            Passing = parse.GetValue(_passing),
            Seed = parse.GetValue(_seed),
            ClientId = parse.GetValue(_clientId)!,
            ClientSecret = parse.GetValue(_clientSecret)!,
            ExpiresIn = parse.GetValue(_expiresIn),
            MaxEvents = parse.GetValue(_maxEvents),
            Ledger = parse.GetValue(_ledger),
            Canary = parse.GetValue(_canary),
            FirstSequence = parse.GetValue(_firstSequence),
        };
        var errors = new List<string>();
        foreach (var json in parse.GetValue(_fault) ?? [])
        {
            try
            {
                options.Faults.Add(SimulatorFault.Parse(json));
            }
            catch (FormatException e)
            {
                errors.Add($"--fault: {e.Message}");
            }
        }

        errors.AddRange(options.Validate());
        errors.ForEach(context.Error.WriteLine);
        return errors.Count == 0 ? options : null;
    }
}
