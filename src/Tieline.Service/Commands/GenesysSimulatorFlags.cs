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
    private readonly Option<string?> _canary = new("--canary") { Description = "Plant this text in every name and note, and in every field of one more participant.", HelpName = "TEXT" };
    private readonly Option<long> _firstSequence = new("--first-sequence") { Description = "Number of the first event.", HelpName = "N", DefaultValueFactory = _ => Defaults.FirstSequence };
    private readonly Option<double> _detailsLag = new("--details-lag") { Description = "Seconds before an event enters the record that a details query returns.", HelpName = "S", DefaultValueFactory = _ => Defaults.DetailsLag.TotalSeconds };
    private readonly Option<DetailsMatch> _detailsMatch = new("--details-match") { Description = "What a details query returns: conversations of the days touched that were going on in the interval, or all of those days.", HelpName = "activity|day", DefaultValueFactory = _ => Defaults.DetailsMatch };
    private readonly Option<int> _requestsPerMinute = new("--requests-per-minute") { Description = "Requests to the details API that a client may make; 0: any number.", HelpName = "N", DefaultValueFactory = _ => Defaults.RequestsPerMinute };
    private readonly Option<double> _jobTime = new("--job-time") { Description = "Seconds a details job takes.", HelpName = "S", DefaultValueFactory = _ => Defaults.JobTime.TotalSeconds };
    private readonly Option<double> _jobsBehind = new("--jobs-behind") { Description = "Seconds that the data jobs read is behind.", HelpName = "S", DefaultValueFactory = _ => Defaults.JobsBehind.TotalSeconds };
    private readonly Option<double> _beganEarlier = new("--began-earlier") { Description = "Share of conversations, 0 to 1, whose record begins long before their first event.", HelpName = "X", DefaultValueFactory = _ => Defaults.BeganEarlier };
    private readonly Option<double> _beganEarlierBy = new("--began-earlier-by") { Description = "Hours that it begins before; more than a day as an e-mail may.", HelpName = "H", DefaultValueFactory = _ => Defaults.BeganEarlierBy.TotalHours };
    private readonly Option<bool?> _history = new("--history") { Description = "Remember conversations for the details API (default: yes, except at rate 0).", HelpName = "true|false" };
    private readonly Option<int> _historyLimit = new("--history-limit") { Description = "How many; the oldest ended ones go first.", HelpName = "N", DefaultValueFactory = _ => Defaults.HistoryLimit };
    private readonly Option<double> _channelLife = new("--channel-life") { Description = "Seconds a notification channel lives.", HelpName = "S", DefaultValueFactory = _ => Defaults.ChannelLife.TotalSeconds };
    private readonly Option<double> _heartbeat = new("--heartbeat") { Description = "Seconds between heartbeats on a channel's socket.", HelpName = "S", DefaultValueFactory = _ => Defaults.HeartbeatInterval.TotalSeconds };
    private readonly Option<int> _extraQueues = new("--extra-queues") { Description = "Queues without conversations, listed besides those that have some.", HelpName = "N", DefaultValueFactory = _ => Defaults.ExtraQueues };
    private readonly Option<int> _bodyPadding = new("--body-padding") { Description = "Characters that make each notification longer.", HelpName = "N", DefaultValueFactory = _ => Defaults.BodyPadding };
    private readonly Option<double> _unusual = new("--unusual") { Description = "Share of conversations, 0 to 1, that go out of the ordinary: consultations, conferences, callbacks, supervisors, several media.", HelpName = "X", DefaultValueFactory = _ => Defaults.Unusual };
    private readonly Option<double> _reopen = new("--reopen") { Description = "Share of conversations, 0 to 1, that are reopened after their end.", HelpName = "X", DefaultValueFactory = _ => Defaults.Reopen };
    private readonly Option<double> _reopenAfter = new("--reopen-after") { Description = "Seconds between an end and what reopens the conversation, at least.", HelpName = "S", DefaultValueFactory = _ => Defaults.ReopenAfter.TotalSeconds };
    private readonly Option<int?> _bodyPaddingUpTo = new("--body-padding-up-to") { Description = "Then notifications differ: by as many characters as --body-padding, to as many as this.", HelpName = "N" };
    private readonly Option<double> _pace = new("--pace") { Description = "Seconds between two events of one conversation, at least.", HelpName = "S", DefaultValueFactory = _ => Defaults.Pace.TotalSeconds };
    private readonly Option<string[]> _fault = new("--fault")
    {
        Description = "Something to go wrong, as the JSON of POST /_simulator/faults: --fault '{\"kind\":\"close\",\"code\":4001,\"afterSeconds\":10}'. Repeatable.",
        HelpName = "JSON",
    };

    public void AddTo(Command command)
    {
        Option[] options =
        [
            _listen, _rate, _passing, _seed, _clientId, _clientSecret, _expiresIn, _maxEvents, _ledger, _canary, _firstSequence,
            _detailsLag, _detailsMatch, _requestsPerMinute, _jobTime, _jobsBehind, _beganEarlier, _beganEarlierBy, _history, _historyLimit,
            _channelLife, _heartbeat, _extraQueues, _bodyPadding, _bodyPaddingUpTo, _unusual, _reopen, _reopenAfter, _pace, _fault,
        ];
        foreach (var option in options)
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
            DetailsLag = Seconds(parse.GetValue(_detailsLag)),
            DetailsMatch = parse.GetValue(_detailsMatch),
            RequestsPerMinute = parse.GetValue(_requestsPerMinute),
            JobTime = Seconds(parse.GetValue(_jobTime)),
            JobsBehind = Seconds(parse.GetValue(_jobsBehind)),
            BeganEarlier = parse.GetValue(_beganEarlier),
            BeganEarlierBy = Seconds(3_600 * parse.GetValue(_beganEarlierBy)),
            History = parse.GetValue(_history),
            HistoryLimit = parse.GetValue(_historyLimit),
            ChannelLife = Seconds(parse.GetValue(_channelLife)),
            HeartbeatInterval = Seconds(parse.GetValue(_heartbeat)),
            ExtraQueues = parse.GetValue(_extraQueues),
            BodyPadding = parse.GetValue(_bodyPadding),
            Unusual = parse.GetValue(_unusual),
            Reopen = parse.GetValue(_reopen),
            ReopenAfter = Seconds(parse.GetValue(_reopenAfter)),
            BodyPaddingUpTo = parse.GetValue(_bodyPaddingUpTo),
            Pace = Seconds(parse.GetValue(_pace)),
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

    /// <summary>What is far out of range stays out of range, for the options' own check to name.</summary>
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(double.IsNaN(seconds) ? -1 : Math.Clamp(seconds, -1e9, 1e9));
}
