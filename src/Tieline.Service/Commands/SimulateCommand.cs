namespace Tieline.Service.Commands;

internal sealed class SimulateCommand : Verb
{
    public SimulateCommand(GlobalOptions global, CommandContext context)
        : base("simulate", "Run a simulated Genesys Cloud or CRM to develop against.", "tieline simulate genesys --rate 500", "tieline simulate crm")
    {
        Subcommands.Add(new SimulateGenesysCommand(global, context));
        Subcommands.Add(new SimulateCrmCommand(global, context));
    }
}
