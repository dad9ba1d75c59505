using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

internal sealed class SimulateCrmCommand : Verb
{
    public SimulateCrmCommand(GlobalOptions global, CommandContext context)
        : base("crm", "Run a simulated CRM that receives webhooks.", "tieline simulate crm")
    {
        _ = (global, context);
        SetAction((_, _) => throw new StartupException("this build cannot 'simulate crm' yet."));
    }
}
