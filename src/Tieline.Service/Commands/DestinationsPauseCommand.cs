using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class DestinationsPauseCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The destination." };
    private readonly Option<string> _reason = new("--reason") { Description = "Why; it stands in the audit log, and whoever looks sees it.", HelpName = "TEXT", Required = true };

    public DestinationsPauseCommand(GlobalOptions global, CommandContext context)
        : base("pause", "Send nothing to a destination until it is resumed, also over a restart. Its events wait on the disk, in order; the time costs none of them anything. A running Tieline is asked to do it.",
            "tieline destinations pause crm --reason \"maintenance until 18:00\"")
    {
        DeadLettersDiscardCommand.Limit(_reason);
        Arguments.Add(_name);
        Options.Add(_reason);
        var work = new PauseWork(global, context);
        SetAction((parse, cancellation) =>
        {
            var (name, reason) = (parse.GetValue(_name)!, parse.GetValue(_reason)!.Trim());
            return work.RunAsync(
                parse, name, $"destinations/{name}/pause", new JsonObject { ["reason"] = reason },
                (journal, stopping) => journal.PauseAsync(name, Environment.UserName, reason, stopping),
                $"Nothing goes to '{name}' from now on; 'tieline destinations resume {name}' lets it go on.",
                journal => DestinationApi.PausedAlready(name, journal.PauseOf(journal.NumberOf(name))!.By),
                cancellation);
        });
    }
}
