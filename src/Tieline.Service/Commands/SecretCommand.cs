namespace Tieline.Service.Commands;

internal sealed class SecretCommand : Verb
{
    public SecretCommand(GlobalOptions global, CommandContext context)
        : base("secret", "Make and replace the secrets that requests are signed with.", "tieline secret create /etc/tieline/crm.secret", "tieline secret rotate --destination crm")
    {
        Subcommands.Add(new SecretCreateCommand(context));
        Subcommands.Add(new SecretRotateCommand(global, context));
        Subcommands.Add(new SecretAcceptCommand(global, context));
    }
}
