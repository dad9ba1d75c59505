using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

internal sealed class AuditShowCommand : Verb
{
    public AuditShowCommand(GlobalOptions global, CommandContext context)
        : base("show", "Print the lines of the audit log.", "tieline audit show", "tieline audit show --json")
    {
        _ = (global, context);
        Options.Add(GlobalOptions.Json());
        SetAction((_, _) => throw new StartupException("this build cannot 'audit show' yet."));
    }
}
