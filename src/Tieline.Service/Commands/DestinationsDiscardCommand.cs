using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class DestinationsDiscardCommand : Verb
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly Argument<string> _name = new("NAME") { Description = "A destination that is no longer configured." };
    private readonly Option<string> _reason = new("--reason") { Description = "Why; it stands in the audit log.", HelpName = "TEXT", Required = true };
    private readonly Option<bool> _yes = Decision.Yes();
    private readonly Option<bool> _json = GlobalOptions.Json();

    public DestinationsDiscardCommand(GlobalOptions global, CommandContext context)
        : base("discard", "Decide that what a destination has not been delivered never goes out, once it is no longer configured. Its dead letters stay: they are discarded by 'dead-letters discard'. A running Tieline is asked to do it.",
            "tieline destinations discard old-crm --reason \"moved to the new one\"", "tieline destinations discard old-crm --reason \"moved to the new one\" --yes")
    {
        var work = new DeskWork(global, context);
        DeadLettersDiscardCommand.Limit(_reason);
        Arguments.Add(_name);
        foreach (var option in (Option[])[_reason, _yes, _json])
            Options.Add(option);
        SetAction(async (parse, cancellation) =>
        {
            var (name, reason) = (parse.GetValue(_name)!, parse.GetValue(_reason)!);
            if (global.LoadOrExplain(parse, context) is not { } options)
                return ExitCode.Usage;
            if (options.Destinations.Any(destination => destination.Name == name))
            {
                await context.Error.WriteLineAsync(DestinationApi.Configured(name));
                return ExitCode.Failed;
            }

            return await work.RunAsync(
                parse, parse.GetValue(_yes), parse.GetValue(_json), _patience,
                reader => DestinationJson.Of(reader.ReadBacklogs().Where(backlog => backlog.Name == name && backlog.Events > 0), [], reader.ReadPauses()),
                plan => plan.Count == 0 ? null : $"Discard {plan[0]!["undelivered"]} events that '{name}' has not been delivered?",
                $"destinations/{name}/discard", new JsonObject { ["reason"] = reason },
                (desk, by, _, stopping) => desk.DiscardAsync(name, reason, by, stopping),
                report => $"{report["done"]} events are discarded.",
                cancellation);
        });
    }
}
