namespace Tieline.Service.Commands;

internal sealed class DeadLettersCommand : Verb
{
    public DeadLettersCommand(GlobalOptions global, CommandContext context)
        : base("dead-letters", "See, replay and discard events that a destination did not take.", "tieline dead-letters list", "tieline dead-letters replay --cause 3f9a0c1d22b7 --yes")
    {
        Subcommands.Add(new DeadLettersListCommand(global, context));
        Subcommands.Add(new DeadLettersShowCommand(global, context));
        Subcommands.Add(new DeadLettersReplayCommand(global, context));
        Subcommands.Add(new DeadLettersDiscardCommand(global, context));
    }
}
