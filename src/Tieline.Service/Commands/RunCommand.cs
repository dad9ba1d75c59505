using System.CommandLine;
using Serilog.Core;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Http;
using Tieline.Service.Reload;
using Tieline.Service.Web.Access;

namespace Tieline.Service.Commands;

internal sealed partial class RunCommand : Verb
{
    /// <summary>A scrape in flight is all there is to wait for once the pipeline has ended.</summary>
    private static readonly TimeSpan HttpStopsWithin = TimeSpan.FromSeconds(3);

    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public RunCommand(GlobalOptions global, CommandContext context)
        : base("run", "Connect to Genesys Cloud and deliver to the CRM, until stopped by Ctrl+C or SIGTERM.",
            "GENESYS_CLIENT_ID=… GENESYS_CLIENT_SECRET=… CRM_WEBHOOK_URL=https://crm.example/hook tieline run", "tieline run --config /etc/tieline/tieline.json --verbose")
    {
        _global = global;
        _context = context;
        SetAction((parse, _) => RunAsync(parse));
    }

    private async Task<int> RunAsync(ParseResult parse)
    {
        var loaded = _global.Load(parse, _context);
        GlobalOptions.Explain(loaded, _context.Error);
        if (loaded.Errors.Count > 0)
        {
            return ExitCode.Usage;
        }

        var options = loaded.Options;
        List<LimitProblem> limits = [.. ProcessLimits.Read().Judge(options)];
        if (limits.Find(limit => limit.IsFatal) is { } fatal)
            throw new StartupException($"Cannot run: {fatal.Seen}. {fatal.Advice}");
        var followed = new FollowedConfiguration(() => _global.Load(parse, _context), loaded, new LoggingLevelSwitch());
        await using var logger = LoggingSetup.Create(options.Logging, options.Telemetry, _context.IsTerminal, _context.NoColor, followed.Level);
        await using var app = TielineHost.Build(options, logger, services =>
        {
            services.AddSingleton(followed);
            _context.Services?.Invoke(services);
        });
        var log = app.Services.GetRequiredService<ILogger<RunCommand>>();
        foreach (var limit in limits)
            LogLimit(log, limit.Seen, limit.Advice);
        if (StrictTransport.IsPlainToOthers(options.Http))
            LogPlain(log, options.Http.Listen);
        var pipeline = app.Services.GetService<ITielinePipeline>() ?? throw new StartupException("this build cannot 'run' yet: no pipeline is registered.");

        var signals = _context.Signals;
        signals.Listen();
        signals.OnHangUp(followed.Ask);
        var address = await app.StartListeningAsync(options.Http.Listen, signals.Stopping);
        LogListening(log, address);
        var parts = app.Services.GetRequiredService<RunningParts>();
        parts.Address = address;
        parts.Started = admin => TellWay(admin, app.Services.GetRequiredService<SignInCodes>(), address, options, log);
        var code = await RunAsync(pipeline, signals, log);
        using var httpStops = new CancellationTokenSource(HttpStopsWithin, _context.Time);
        await app.StopAsync(httpStops.Token);
        LogStopped(log);
        return code;
    }

    /// <summary>The way into the console. With a code for a person at a terminal only: what goes elsewhere is kept by whoever collects logs.</summary>
    private void TellWay(AdminParts admin, SignInCodes codes, Uri address, TielineOptions options, ILogger log)
    {
        LogConsole(log, address, ConsoleToken.FileName);
        if (_context.IsTerminal)
            _context.Error.WriteLine($"Console: {SignInLink.Of(options.Http, address, codes.Make(admin.Tokens.Operator, SignInCodes.Longest))}  (works once, for {SignInCodes.Longest.TotalMinutes:F0} minutes; 'tieline console' prints another)");
    }

    private static async Task<int> RunAsync(ITielinePipeline pipeline, StopSignals signals, ILogger log)
    {
        try
        {
            await pipeline.RunAsync(signals.Stopping, signals.Aborting);
            if (signals.Stopping.IsCancellationRequested)
            {
                return ExitCode.Done;
            }

            LogEnded(log, null);
        }
        catch (OperationCanceledException) when (signals.Stopping.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (StartupException e)
        {
            LogCannotRun(log, e.Message);
        }
        catch (Exception e)
        {
            LogEnded(log, e);
        }

        return ExitCode.Failed;
    }
}
