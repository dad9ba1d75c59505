using System.CommandLine;
using System.CommandLine.Parsing;
using Tieline.Genesys;
using Tieline.Service.Configuration;

namespace Tieline.Service.Commands.Demo;

internal sealed class DemoCommand : Verb
{
    private const string Stream = "stream";
    private const string Notifications = "notifications";

    private readonly CommandContext _context;

    private readonly Option<TimeSpan?> _for = new("--for")
    {
        Description = "Let events flow this long, then compare both ends: 30s, 2m, 1h. Without it, until q or Ctrl+C.",
        HelpName = "TIME",
        CustomParser = ParseDuration,
    };

    private readonly Option<int> _rate = new("--rate")
    {
        Description = $"Events a second, up to {DemoDefaults.MaxRate:N0}; a fifth of them is for the CRM.",
        HelpName = "N",
        DefaultValueFactory = _ => DemoDefaults.Rate,
    };

    private readonly Option<string> _source = new("--source")
    {
        Description = "Genesys's API that the events come over: stream (the analytics event stream) or notifications.",
        HelpName = "API",
        DefaultValueFactory = _ => Stream,
    };

    private readonly Option<bool> _keep = new("--keep") { Description = "Leave the data directory behind." };

    private readonly Option<bool> _json = GlobalOptions.Json();

    public DemoCommand(GlobalOptions global, CommandContext context)
        : base("demo", "See it work: a simulated Genesys, Tieline, and a CRM that shows what it receives. Needs no account and touches nothing of yours: it reads no tieline.json, no .env and none of your environment's settings.",
            "tieline demo", "tieline demo --for 30s", "tieline demo --source notifications", "tieline demo --for 30s --json")
    {
        _ = global;
        _context = context;
        _rate.Validators.Add(CheckRate);
        Options.Add(_for);
        Options.Add(_rate);
        _source.AcceptOnlyFromAmong(Stream, Notifications);
        Options.Add(_source);
        Options.Add(_keep);
        Options.Add(_json);
        SetAction((parse, _) => RunAsync(new DemoOptions(parse.GetValue(_for), parse.GetValue(_rate), parse.GetValue(_keep), parse.GetValue(_json),
            parse.GetValue(_source) == Notifications ? GenesysSource.Notifications : GenesysSource.AnalyticsStream)));
    }

    private async Task<int> RunAsync(DemoOptions options)
    {
        // To be watched, the demo's words are its result; only a script wants nothing but the summary.
        var isLive = !options.Json && !Console.IsOutputRedirected;
        var console = new DemoConsole((options.Json ? _context.Error : _context.Output).Raw, isLive ? () => Console.WindowWidth : null);
        using var stop = new DemoStop();
        await using var run = new DemoRun(options, console, isLive && !Console.IsInputRedirected, stop, _context.Time);
        try
        {
            var summary = await run.RunAsync();
            console.Say(SummaryText.Format(summary));
            if (options.Json)
                await _context.Output.WriteAsync(SummaryJson.Format(summary, run.KeptDirectory) + "\n");
            if (run.KeptDirectory is { } directory)
                console.Say($"Everything is kept in {directory}");
            foreach (var line in DemoText.RealOrg)
                console.Say(line);
            return summary.IsGood ? ExitCode.Done : ExitCode.Failed;
        }
        catch (OperationCanceledException) when (stop.Aborting.IsCancellationRequested)
        {
            console.EndLive();
            console.Say("Stopped at once; nothing was compared.");
            return ExitCode.Failed;
        }
    }

    private static TimeSpan? ParseDuration(ArgumentResult result)
    {
        if (Duration.TryParse(result.Tokens[0].Value, out var duration))
            return duration;
        result.AddError($"--for must be a time such as 30s, 2m or 1h, was '{result.Tokens[0].Value}'");
        return null;
    }

    private static void CheckRate(OptionResult result)
    {
        if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var rate) || rate is < 1 or > DemoDefaults.MaxRate))
            result.AddError($"--rate must be a whole number from 1 to {DemoDefaults.MaxRate:N0}, was '{result.Tokens[0].Value}'");
    }
}
