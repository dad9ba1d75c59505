using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Pipeline;

namespace Tieline.Service.Commands;

internal sealed class ReplayCommand : Verb
{
    private const int Page = 1_000;

    private readonly SpanOptions _span;
    private readonly Option<string> _destination = new("--destination") { Description = "What this destination has accepted.", HelpName = "NAME", Required = true };
    private readonly Option<string?> _to = new("--to-destination") { Description = "Send it there; without it, to the same destination.", HelpName = "NAME" };
    private readonly Option<long> _after = new("--after") { Description = "Go on behind this position, where an earlier run was stopped.", HelpName = "POSITION" };
    private readonly Option<double> _rate = Decision.Rate();
    private readonly Option<bool> _yes = Decision.Yes();
    private readonly Option<TimeSpan?> _for = OneShot.For();
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly DeskWork _work;

    public ReplayCommand(GlobalOptions global, CommandContext context)
        : base("replay", "Send again what was received in a span and delivered to a destination, under the same ids, there or to another; tells first what it would do. A running Tieline is asked to do it.",
            "tieline replay --from 2026-03-02T09:00 --to 2026-03-02T10:00 --destination crm", "tieline replay --from 2026-03-01 --to 2026-03-02 --destination crm --to-destination erp --rate 100 --yes")
    {
        (_work, _span) = (new DeskWork(global, context), new SpanOptions(context.Time));
        _span.AddTo(this);
        foreach (var option in (Option[])[_destination, _to, _after, _rate, _yes, _for, _json])
            Options.Add(option);
        SetAction((parse, cancellation) =>
        {
            var (from, to) = _span.Read(parse);
            var destination = parse.GetValue(_destination)!;
            var asked = new SpanReplay(from, to, destination, parse.GetValue(_to) ?? destination, new JournalPosition(Math.Max(0, parse.GetValue(_after))));
            var rate = parse.GetValue(_rate);
            var body = new JsonObject
            {
                ["from"] = EventTime.ToText(from),
                ["to"] = EventTime.ToText(to),
                ["destination"] = asked.Destination,
                ["toDestination"] = asked.ToDestination,
                ["after"] = asked.After.Value,
                ["rate"] = rate,
            };
            return _work.RunAsync(
                parse, parse.GetValue(_yes), parse.GetValue(_json), parse.GetValue(_for),
                reader => Plan(reader, asked),
                plan => plan.Count == 0 ? null : $"Send {plan[0]!["count"]!.GetValue<long>():N0} events again, to '{asked.ToDestination}'?",
                "replay", body,
                (desk, by, progress, stopping) => desk.ReplayAsync(asked, rate, by, progress, stopping),
                report => $"{report["done"]} events go out again.",
                cancellation,
                asked.ToDestination);
        });
    }

    private static JsonArray Plan(JournalReader reader, SpanReplay asked)
    {
        if (!reader.ReadDestinations().TryGetValue(asked.Destination, out var number))
            return [];
        var (count, after, through) = (0L, asked.After, new JournalPosition(long.MaxValue));
        JournalPosition? first = null;
        for (var page = reader.ReadDelivered(number, asked.From, asked.To, after, through, Page); page.Count > 0; page = reader.ReadDelivered(number, asked.From, asked.To, after, through, Page))
        {
            first ??= page[0];
            after = page[^1];
            count += page.Count;
        }

        return count == 0 ? [] : [new JsonObject { ["count"] = count, ["destination"] = asked.Destination, ["toDestination"] = asked.ToDestination, ["first"] = first!.Value.Value, ["last"] = after.Value }];
    }
}
