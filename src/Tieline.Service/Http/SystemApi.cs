using System.Text.Json.Nodes;
using Tieline.Backfill;
using Tieline.Events;
using Tieline.Service.Configuration;
using Tieline.Service.Desks;
using Tieline.Service.Doctor;
using Tieline.Service.Hosting;
using Tieline.Service.Reload;
using Tieline.Service.Web.Figures;
using Tieline.Service.Web.History;

namespace Tieline.Service.Http;

/// <summary>How Tieline and what it runs on stand.</summary>
internal sealed class SystemApi(ConsoleFeed feed, JournalDesk journal, ConfigurationInForce configuration, DoctorDesk doctor, IEnumerable<IReadinessCheck> checks, TimeProvider time)
{
    /// <summary>Points of a history at most.</summary>
    private const int Points = 240;

    public static readonly string[] Ranges = ["1h", "6h", "24h"];

    public Task StatusAsync(ApiCall call) => feed.Current is { } now
        ? call.WriteAsync(StatusJson.Of(now, checks))
        : call.RefuseAsync(StatusCodes.Status503ServiceUnavailable, "Nothing is known yet; ask again in a moment.");

    public async Task HistoryAsync(ApiCall call)
    {
        var range = call.Asked.Word("range", Ranges) ?? Ranges[0];
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        var to = time.GetUtcNow();
        var from = to - TimeSpan.FromHours(range switch { "24h" => 24, "6h" => 6, _ => 1 });
        var series = HistorySeries.Of(call.Admin.History.Read(from), from, to, Points);
        await call.WriteAsync(new JsonObject
        {
            ["times"] = new JsonArray([.. series.Times.Select(at => JsonValue.Create(at))]),
            ["received"] = Line(series, one => one.Received),
            ["dropped"] = Line(series, one => one.Dropped),
            ["delivered"] = Line(series, one => one.Delivered),
            ["latencyP50"] = Line(series, one => one.LatencyP50),
            ["latencyP99"] = Line(series, one => one.LatencyP99),
            ["oldestPending"] = Line(series, one => one.OldestPending),
            ["accepted"] = Line(series, one => one.Accepted),
            ["throttled"] = Line(series, one => one.Throttled),
            ["refused"] = Line(series, one => one.Refused),
            ["failed"] = Line(series, one => one.Failed),
            ["unanswered"] = Line(series, one => one.Unanswered),
            ["commitP99"] = Line(series, one => one.CommitP99),
            ["budgetLeft"] = Line(series, one => one.BudgetLeft),
        });
    }

    public async Task CompletenessAsync(ApiCall call)
    {
        var (from, to) = call.Asked.Span(time.GetUtcNow());
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        await call.WriteAsync(await journal.ReadAsync(reader =>
            CompletenessJson.Of(from, to, new Coverage(reader.ReadSince(), reader.ReadCounters().Mark.OccurredAt, reader.ReadFills(from, to)).Of(from, to)), call.Aborted));
    }

    /// <summary>What is in force; a secret is <c>***</c>.</summary>
    public Task ConfigurationAsync(ApiCall call) => call.WriteAsync(new JsonObject
    {
        ["values"] = new JsonArray([.. EffectiveValue.All(configuration.Options, new Dictionary<string, GivenSetting>(StringComparer.OrdinalIgnoreCase)).Select(one => new JsonObject { ["key"] = one.Key, ["value"] = one.Value })]),
    });

    public async Task SystemAsync(ApiCall call)
    {
        var directory = Path.GetFullPath(configuration.Options.DataDirectory);
        await call.WriteAsync(new JsonObject
        {
            ["version"] = ProgramVersion.Text,
            ["runtime"] = Environment.Version.ToString(),
            ["dataDirectory"] = directory,
            ["journalBytes"] = await journal.ReadAsync(reader => reader.ReadBytes(), call.Aborted),
            ["journalBytesAllowed"] = configuration.Options.Retention.MaxBytes,
            ["diskFreeBytes"] = DiskSpaceCheck.FreeBelow(directory),
            ["memoryBytes"] = Environment.WorkingSet,
        });
    }

    public Task ExamineAsync(ApiCall call)
    {
        var lines = new ApiLines(call.Context);
        return lines.RunAsync(Task.Run(async () => (JsonNode)(await doctor.ExamineAsync(check => lines.Tell(new JsonObject { ["check"] = check }), call.Aborted)).ToJson(), CancellationToken.None));
    }

    private static JsonArray Line(HistorySeries series, Func<HistorySample, double> value) => new([.. series.Line(value).Select(one => (JsonNode?)one)]);
}
