namespace Tieline.Service.Commands;

internal sealed class DestinationsCommand : Verb
{
    public DestinationsCommand(GlobalOptions global, CommandContext context)
        : base("destinations", "See what each destination has still to be delivered, pause and resume one, send it a test event, and discard what one has that is no longer configured.", "tieline destinations list")
    {
        Subcommands.Add(new DestinationsListCommand(global, context));
        Subcommands.Add(new DestinationsPauseCommand(global, context));
        Subcommands.Add(new DestinationsResumeCommand(global, context));
        Subcommands.Add(new DestinationsTestCommand(global, context));
        Subcommands.Add(new DestinationsDiscardCommand(global, context));
    }
}
