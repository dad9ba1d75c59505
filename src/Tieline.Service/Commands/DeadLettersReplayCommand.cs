using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Pipeline;
using Tieline.Service.Configuration;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class DeadLettersReplayCommand : Verb
{
    private readonly DeadLetterOptions _which;
    private readonly Option<double> _rate = Decision.Rate();
    private readonly Option<bool> _yes = Decision.Yes();
    private readonly Option<TimeSpan?> _for = OneShot.For();
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly DeskWork _work;

    public DeadLettersReplayCommand(GlobalOptions global, CommandContext context)
        : base("replay", "Send dead letters again, under the same ids and in the order of their conversations; tells first what it would do. May be stopped and begun again: what was sent is none any more. A running Tieline is asked to do it.",
            "tieline dead-letters replay --cause 3f9a0c1d22b7", "tieline dead-letters replay --destination crm --status 422 --rate 50 --yes", "tieline dead-letters replay evt_0123456789abcdef0123456789abcdef --yes")
    {
        (_work, _which) = (new DeskWork(global, context), new DeadLetterOptions(this, hasWhich: true));
        foreach (var option in (Option[])[_rate, _yes, _for, _json])
            Options.Add(option);
        SetAction((parse, cancellation) =>
        {
            var query = _which.Read(parse);
            var rate = parse.GetValue(_rate);
            var body = DeadLetterOptions.ToJson(query);
            body["rate"] = rate;
            return _work.RunAsync(
                parse, parse.GetValue(_yes), parse.GetValue(_json), parse.GetValue(_for),
                reader => DeadLetterJson.Of(reader.ReadDeadLetterGroups(query)),
                plan => Question(plan, "Replay"),
                "dead-letters/replay", body,
                (desk, by, progress, stopping) => desk.ReplayAsync(query, rate, by, progress, stopping),
                report => $"{report["done"]} dead letters go out again{Rest(report)}.",
                cancellation);
        });
    }

    /// <returns>Null where there is nothing to do.</returns>
    public static string? Question(JsonArray plan, string verb) => plan.Count == 0 ? null : $"{verb} {plan.Sum(group => group!["count"]!.GetValue<long>()):N0} dead letters?";

    public static string Rest(JsonObject report) => report["passed"]!.GetValue<long>() is > 0 and var passed ? $"; {passed:N0} were left: decided on meanwhile, or their destination is not configured" : "";
}
