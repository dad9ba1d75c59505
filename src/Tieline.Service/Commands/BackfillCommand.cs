using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Service.Configuration;
using Tieline.Service.Desks;
using Tieline.Service.Hosting;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class BackfillCommand : Verb
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);

    private readonly SpanOptions _span;
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until the gap is closed: until an answer that was asked for late enough brings nothing new." };
    private readonly Option<TimeSpan?> _for = OneShot.For();
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public BackfillCommand(GlobalOptions global, CommandContext context)
        : base("backfill", "Fetch the events of a span from Genesys's records and deliver those that the journal does not have. A running Tieline is asked to do it.",
            "tieline backfill --from 2026-03-02T09:00 --to 2026-03-02T10:00", "tieline backfill --from 2026-03-01 --to 2026-03-02 --wait --json")
    {
        (_global, _context) = (global, context);
        _span = new SpanOptions(context.Time);
        _span.AddTo(this);
        foreach (var option in (Option[])[_wait, _for, _json])
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
        using var progress = new ProgressLine(_context);
        var gap = await DataLocation.ExplainAsync(() => location.IsInUse
            ? AskAsync(location, options, from, to, parse.GetValue(_wait), parse.GetValue(_for), progress, cancellation)
            : FetchAsync(options, from, to, parse.GetValue(_wait), parse.GetValue(_for), progress, cancellation));
        progress.End();
        if (parse.GetValue(_json))
            ResultTable.Write(gap, _context.Output);
        else
            Write(gap);
        return IsAnswered(gap, isClosing: false) ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<JsonObject> AskAsync(
        DataLocation location, TielineOptions options, DateTimeOffset from, DateTimeOffset to, bool isClosing, TimeSpan? patience, ProgressLine progress, CancellationToken cancellation)
    {
        using var client = new ServiceClient(location, options);
        var number = await client.BackfillAsync(from, to, cancellation);
        using var limit = new CancellationTokenSource(patience ?? Timeout.InfiniteTimeSpan, _context.Time);
        return await FollowAsync(() => client.GapAsync(number, cancellation), isClosing, progress, limit.Token, cancellation);
    }

    private async Task<JsonObject> FetchAsync(
        TielineOptions options, DateTimeOffset from, DateTimeOffset to, bool isClosing, TimeSpan? patience, ProgressLine progress, CancellationToken cancellation)
    {
        var gap = new JsonObject();
        await new OneShot(options, _context).RunAsync(
            async (admin, stopping) =>
            {
                var number = await SpanDesk.BackfillAsync(admin, from, to, Environment.UserName, stopping);
                gap = await FollowAsync(() => Task.FromResult(GapJson.Of(admin.Journal.Read(reader => reader.ReadFill(number))!)), isClosing, progress, stopping, CancellationToken.None);
            },
            patience,
            cancellation);
        return gap;
    }

    /// <returns>The gap once it is answered, or as it is when time is over.</returns>
    private async Task<JsonObject> FollowAsync(Func<Task<JsonObject>> read, bool isClosing, ProgressLine progress, CancellationToken limit, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit, cancellation);
        while (true)
        {
            var gap = await read();
            if (IsAnswered(gap, isClosing))
                return gap;
            progress.Show($"gap {gap["number"]}: {gap["state"]}, {gap["asks"]} answers, {gap["recovered"]} events recovered {gap["problem"]}…");
            try
            {
                await Task.Delay(_look, _context.Time, either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return gap;
            }
        }
    }

    private static bool IsAnswered(JsonObject gap, bool isClosing) =>
        gap["closedAt"] is not null || (!isClosing && gap["asks"]?.GetValue<int>() > 0 && gap["problem"] is null);

    private void Write(JsonObject gap)
    {
        var table = ResultTable.Create("gap", "from", "to", "state", "recovered", "known", "answers");
        table.Add(gap["number"], gap["from"], gap["to"], gap["state"], gap["recovered"], gap["known"], gap["asks"]);
        ResultTable.Write(table, _context.Output);
        _context.Output.WriteLine(gap switch
        {
            _ when gap["problem"] is { } problem => $"Not complete yet: {problem}. It is asked again by itself while Tieline runs.",
            _ when gap["closedAt"] is null && !IsAnswered(gap, false) => "Not answered yet. It is asked by itself while Tieline runs.",
            _ when gap["closedAt"] is null => "Genesys's records lag behind: it is asked again by itself while Tieline runs, and what comes then is delivered too.",
            _ => "Closed.",
        });
        if (gap["notAsked"] is { } notAsked)
            _context.Output.WriteLine($"Not asked for: {notAsked} (Gaps:Reach).");
    }
}
