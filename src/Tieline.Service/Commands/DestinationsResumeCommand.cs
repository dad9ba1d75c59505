using System.CommandLine;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class DestinationsResumeCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "A destination that is paused." };

    public DestinationsResumeCommand(GlobalOptions global, CommandContext context)
        : base("resume", "Let a destination go on that was paused: what waits goes out, in order. A running Tieline is asked to do it.", "tieline destinations resume crm")
    {
        Arguments.Add(_name);
        var work = new PauseWork(global, context);
        SetAction((parse, cancellation) =>
        {
            var name = parse.GetValue(_name)!;
            return work.RunAsync(
                parse, name, $"destinations/{name}/resume", [], (journal, stopping) => journal.ResumeAsync(name, Environment.UserName, stopping),
                $"'{name}' goes on.", _ => DestinationApi.NotPaused(name), cancellation);
        });
    }
}
