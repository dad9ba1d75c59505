namespace Tieline.Service.Commands;

internal sealed class TokenCommand : Verb
{
    public TokenCommand(GlobalOptions global, CommandContext context)
        : base("token", "Make, list and revoke tokens for the API, each with a name and a role.", "tieline token create monitoring --role metrics", "tieline token list")
    {
        Subcommands.Add(new TokenCreateCommand(global, context));
        Subcommands.Add(new TokenListCommand(global, context));
        Subcommands.Add(new TokenRevokeCommand(global, context));
    }
}
