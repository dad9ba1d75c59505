namespace Tieline.Service.Commands;

internal sealed class AuditCommand : Verb
{
    public AuditCommand(GlobalOptions global, CommandContext context)
        : base("audit", "Check and read the audit log, or begin a new one.", "tieline audit verify", "tieline audit show")
    {
        Subcommands.Add(new AuditVerifyCommand(global, context));
        Subcommands.Add(new AuditShowCommand(global, context));
        Subcommands.Add(new AuditRestartCommand(global, context));
    }
}
