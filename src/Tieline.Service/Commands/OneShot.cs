using System.CommandLine;
using Serilog.Extensions.Logging;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Web.History;

namespace Tieline.Service.Commands;

/// <summary>Runs the pipeline without the stream, for one task, until what came of it is delivered: for when no Tieline holds the data directory.</summary>
internal sealed class OneShot(TielineOptions options, CommandContext context)
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(200);

    public static Option<TimeSpan?> For() => new("--for")
    {
        Description = "How long to go on at most, deliveries included, where no Tieline runs: 30s, 10m, 1h. Without it, until all is delivered. What is left over waits for 'tieline run'.",
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (Duration.TryParse(result.Tokens[0].Value, out var duration))
                return duration;
            result.AddError($"--for must be a time such as 30s, 2m or 1h, was '{result.Tokens[0].Value}'");
            return null;
        },
    };

    /// <param name="patience">Null: as long as it takes.</param>
    public async Task RunAsync(Func<AdminParts, CancellationToken, Task> task, TimeSpan? patience, CancellationToken cancellation)
    {
        context.Signals.Listen();
        await using var logger = LoggingSetup.Create(options.Logging, options.Telemetry, context.IsTerminal, context.NoColor);
        using var loggers = new SerilogLoggerFactory(logger);
        using var metrics = new TielineMetrics();
        using var deliveries = new DeliveryTally(metrics);
        using var history = new HistoryTally(metrics, deliveries);
        using var limit = new CancellationTokenSource(patience ?? Timeout.InfiniteTimeSpan, context.Time);
        var specification = new SpecificationMetrics(context.Time);
        var status = new SourceStatus(context.Time, specification, SilenceLimits.Of(options.Genesys.Source));
        var runtime = new TielineRuntime(options, new RunningParts(), status, context.Time, metrics, specification, history, alerts: null, loggers);
        await runtime.RunOnceAsync(
            async (admin, dispatchers, stopping) =>
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
                try
                {
                    await task(admin, either.Token);
                    await DrainAsync(admin, dispatchers, either.Token);
                }
                catch (OperationCanceledException) when (limit.IsCancellationRequested && !stopping.IsCancellationRequested)
                {
                    await context.Error.WriteLineAsync($"The time is over; {Waiting(dispatchers):N0} events wait to be delivered. 'tieline run' goes on with them.");
                }
            },
            cancellation,
            context.Signals.Aborting);
        cancellation.ThrowIfCancellationRequested();
    }

    private async Task DrainAsync(AdminParts admin, Func<IReadOnlyList<Dispatcher>> dispatchers, CancellationToken cancellation)
    {
        await admin.Journal.WaitForDurabilityAsync(cancellation);
        while (Waiting(dispatchers) > 0)
            await Task.Delay(_look, context.Time, cancellation);
    }

    /// <summary>What a paused destination has to come waits for a person.</summary>
    private static long Waiting(Func<IReadOnlyList<Dispatcher>> dispatchers) => dispatchers().Select(dispatcher => dispatcher.Status).Where(status => status.Pause is null).Sum(status => status.Waiting);
}
