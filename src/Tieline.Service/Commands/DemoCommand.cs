using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

internal sealed class DemoCommand : Verb
{
    public DemoCommand(GlobalOptions global, CommandContext context)
        : base("demo", "See it work: a simulated Genesys, Tieline, and a CRM that shows what it receives. Needs no account and touches nothing of yours.",
            "tieline demo", "tieline demo --for 30s")
    {
        _ = (global, context);
        SetAction((_, _) => throw new StartupException("this build cannot 'demo' yet."));
    }
}
