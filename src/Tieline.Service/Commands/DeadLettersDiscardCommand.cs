using System.CommandLine;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class DeadLettersDiscardCommand : Verb
{
    private const int MaxReason = 300;

    private readonly DeadLetterOptions _which;
    private readonly Option<string> _reason = new("--reason") { Description = "Why; it stands in the audit log.", HelpName = "TEXT", Required = true };
    private readonly Option<bool> _yes = Decision.Yes();
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly DeskWork _work;

    public DeadLettersDiscardCommand(GlobalOptions global, CommandContext context)
        : base("discard", "Decide that dead letters never go out; what waits behind them may then. The decision, its reason and who made it stand in the audit log. A running Tieline is asked to do it.",
            "tieline dead-letters discard 4711 --reason \"test data\"", "tieline dead-letters discard --cause 3f9a0c1d22b7 --reason \"contacts were merged\" --yes")
    {
        (_work, _which) = (new DeskWork(global, context), new DeadLetterOptions(this, hasWhich: true));
        Limit(_reason);
        foreach (var option in (Option[])[_reason, _yes, _json])
            Options.Add(option);
        SetAction((parse, cancellation) =>
        {
            var query = _which.Read(parse);
            var reason = parse.GetValue(_reason)!;
            var body = DeadLetterOptions.ToJson(query);
            body["reason"] = reason;
            return _work.RunAsync(
                parse, parse.GetValue(_yes), parse.GetValue(_json), null,
                reader => DeadLetterJson.Of(reader.ReadDeadLetterGroups(query)),
                plan => DeadLettersReplayCommand.Question(plan, "Discard"),
                "dead-letters/discard", body,
                (desk, by, progress, stopping) => desk.DiscardAsync(query, reason, by, progress, stopping),
                report => $"{report["done"]} dead letters are discarded{DeadLettersReplayCommand.Rest(report)}.",
                cancellation);
        });
    }

    /// <summary>It must fit a line of the audit log.</summary>
    public static void Limit(Option<string> reason) => reason.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && (string.IsNullOrWhiteSpace(token.Value) || token.Value.Length > MaxReason))
            result.AddError($"--reason must be 1 to {MaxReason} characters");
    });
}
