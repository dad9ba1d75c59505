using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

internal sealed class SimulateGenesysCommand : Verb
{
    public SimulateGenesysCommand(GlobalOptions global, CommandContext context)
        : base("genesys", "Run a simulated Genesys Cloud: token endpoint and event stream.", "tieline simulate genesys --rate 500")
    {
        _ = (global, context);
        SetAction((_, _) => throw new StartupException("this build cannot 'simulate genesys' yet."));
    }
}
