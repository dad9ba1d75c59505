using System.CommandLine;
using System.Text.Json.Nodes;
using Serilog.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Service.Configuration;
using Tieline.Service.Desks;
using Tieline.Service.Hosting;
using Tieline.Storage;

namespace Tieline.Service.Commands;

internal sealed class ReconcileCommand : Verb
{
    private readonly SpanOptions _span;
    private readonly Option<bool> _repair = new("--repair") { Description = "Send what is missing." };
    private readonly Option<TimeSpan?> _for = OneShot.For();
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public ReconcileCommand(GlobalOptions global, CommandContext context)
        : base("reconcile", "Hold what was accepted and delivered against Genesys's own records of a span; exits with 3 when something is missing or too much. A running Tieline is asked to do it.",
            "tieline reconcile --date 2026-03-02", "tieline reconcile --from 2026-03-02T09:00 --to 2026-03-02T10:00 --repair", "tieline reconcile --date 2026-03-02 --json")
    {
        (_global, _context) = (global, context);
        _span = new SpanOptions(context.Time, hasDate: true);
        _span.AddTo(this);
        foreach (var option in (Option[])[_repair, _for, _json])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        if (_global.LoadOrExplain(parse, _context) is not { } options)
            return ExitCode.Usage;
        var location = DataLocation.Find(options.DataDirectory, _context);
        options.DataDirectory = location.Directory;
        var (from, to) = _span.Read(parse);
        var request = new ReconcileRequest(from, to, parse.GetValue(_repair));
        using var progress = new ProgressLine(_context);
        var report = await DataLocation.ExplainAsync(() => location.IsInUse ? AskAsync(location, options, request, progress, cancellation)
            : request.Repair ? RepairAsync(options, request, parse.GetValue(_for), progress, cancellation)
            : LookAsync(location, options, request, progress, cancellation));
        progress.End();
        if (parse.GetValue(_json))
            ResultTable.Write(report, _context.Output);
        else
            ReconcileText.Write(report, _context.Output);
        if (!report["complete"]!.GetValue<bool>())
        {
            await _context.Error.WriteLineAsync($"tieline: not all could be read: {report["problem"]}");
            return ExitCode.Failed;
        }

        return report["good"]!.GetValue<bool>() ? ExitCode.Done : ExitCode.Wanting;
    }

    private static async Task<JsonObject> AskAsync(DataLocation location, TielineOptions options, ReconcileRequest request, ProgressLine progress, CancellationToken cancellation)
    {
        using var client = new ServiceClient(location, options);
        return await client.ReconcileAsync(request.From, request.To, request.Repair, progress.Show, cancellation);
    }

    private async Task<JsonObject> RepairAsync(TielineOptions options, ReconcileRequest request, TimeSpan? patience, ProgressLine progress, CancellationToken cancellation)
    {
        JsonObject? result = null;
        await new OneShot(options, _context).RunAsync(
            async (admin, stopping) =>
            {
                if (!SpanDesk.TryReconcile(admin, request, Environment.UserName, progress.Show, stopping, out var running))
                    throw new StartupException("The nightly reconciliation is under way; try again in a while.");
                result = (await running).ToJson();
            },
            patience,
            cancellation);
        return result ?? throw new StartupException("The time was over before all was compared; what had been found missing by then has been sent. Do it again with a longer --for.");
    }

    /// <summary>Only reads; what came of it is noted for the audit log, which the next start writes.</summary>
    private async Task<JsonObject> LookAsync(DataLocation location, TielineOptions options, ReconcileRequest request, ProgressLine progress, CancellationToken cancellation)
    {
        await using var logger = LoggingSetup.Create(options.Logging, options.Telemetry, _context.IsTerminal, _context.NoColor);
        using var loggers = new SerilogLoggerFactory(logger);
        using var metrics = new TielineMetrics();
        var specification = new SpecificationMetrics(_context.Time);
        var status = new SourceStatus(_context.Time, specification, SilenceLimits.Of(options.Genesys.Source));
        using var genesys = new GenesysSide(options, status, _context.Time, metrics, specification, loggers);
        var reconciler = new Reconciler(
            genesys.Details, new EventFilter(options.Filter), FieldPolicies.Create(options, IdentityKeys.Read(location.Directory, options)), [.. options.Genesys.Subscription.Types], options.Gaps, genesys.Clock, _context.Time, metrics, loggers.CreateLogger<Reconciler>());
        string[] destinations = [.. options.Destinations.Select(destination => destination.Name)];
        var report = await reconciler.RunAsync(request, location.Journal, destinations, null, progress.Show, cancellation);
        try
        {
            await NoteAsync(location, options, request, report, metrics, loggers, cancellation);
        }
        catch (StorageException e)
        {
            await _context.Error.WriteLineAsync($"It is not noted in the audit log: {e.Message}");
        }

        return report.ToJson();
    }

    private async Task NoteAsync(DataLocation location, TielineOptions options, ReconcileRequest request, ReconcileReport report, TielineMetrics metrics, ILoggerFactory loggers, CancellationToken cancellation)
    {
        using var directory = DataDirectory.Open(location.Directory);
        using var journal = SqliteJournal.Open(
            directory, options.Destinations.Select(destination => destination.Name), _context.Time, metrics, loggers.CreateLogger<SqliteJournal>(),
            starts: options.Destinations.ToDictionary(destination => destination.Name, destination => destination.Start, StringComparer.Ordinal));
        await journal.PostAsync(SpanDesk.LineOf(request, Environment.UserName), cancellation);
        await journal.PostAsync(new JournalWork.Note("reconciled", report.ToDetail().ToJsonString()), cancellation);
        journal.Complete();
        await journal.WriteAsync(cancellation);
    }
}
