using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

internal sealed class AuditVerifyCommand : Verb
{
    public AuditVerifyCommand(GlobalOptions global, CommandContext context)
        : base("verify", "Check the chain of the audit log; names the first bad line and exits with 3 when there is one.", "tieline audit verify", "tieline audit verify --json")
    {
        _ = (global, context);
        Options.Add(GlobalOptions.Json());
        SetAction((_, _) => throw new StartupException("this build cannot 'audit verify' yet."));
    }
}
