using System.CommandLine;
using Tieline.Backfill;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class CompletenessCommand : Verb
{
    private readonly SpanOptions _span;
    private readonly Option<string?> _data = new("--data") { Description = "The data directory, in place of the configured one.", HelpName = "DIR" };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly GlobalOptions _global;
    private readonly CommandContext _context;

    public CompletenessCommand(GlobalOptions global, CommandContext context)
        : base("completeness", "Tell which parts of a span are covered, backfilled, being backfilled or uncovered, and what that rests on. Reads only the journal, also beside a running Tieline.",
            "tieline completeness --from 2026-03-02 --to 2026-03-03", "tieline completeness --date 2026-03-02 --json")
    {
        (_global, _context) = (global, context);
        _span = new SpanOptions(context.Time, hasDate: true, mayEndToday: true);
        _span.AddTo(this);
        Options.Add(_data);
        Options.Add(_json);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var location = DataLocation.Find(parse.GetValue(_data) ?? _global.Load(parse, _context).Options.DataDirectory, _context);
        var (from, to) = _span.Read(parse);
        var spans = await DataLocation.ExplainAsync(() =>
        {
            using var reader = new JournalReader(location.Journal);
            return Task.FromResult(new Coverage(reader.ReadSince(), reader.ReadCounters().Mark.OccurredAt, reader.ReadFills(from, to)).Of(from, to));
        });
        if (parse.GetValue(_json))
            ResultTable.Write(CompletenessJson.Of(from, to, spans), _context.Output);
        else
            Write(spans);
        if (!parse.GetValue(_json) && _span.IsCut(parse, to))
            _context.Error.WriteLine($"Up to {EventTime.ToText(to)}: what is later has not happened yet.");
        return ExitCode.Done;
    }

    private void Write(IReadOnlyList<CoverageSpan> spans)
    {
        var table = ResultTable.Create("from", "to", "", "evidence");
        foreach (var span in spans)
            table.Add(EventTime.ToText(span.From), EventTime.ToText(span.To), CompletenessJson.NameOf(span.State), span.Evidence);
        ResultTable.Write(table, _context.Output);
    }
}
