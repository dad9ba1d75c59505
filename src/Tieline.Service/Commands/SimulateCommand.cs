namespace Tieline.Service.Commands;

internal sealed class SimulateCommand : Verb
{
    public SimulateCommand(CommandContext context)
        : base("simulate", "Run a simulated Genesys Cloud (the default) or CRM to develop against.", "tieline simulate --rate 500", "tieline simulate crm")
    {
        var flags = new GenesysSimulatorFlags();
        flags.AddTo(this);
        SetAction((parse, _) => flags.RunAsync(parse, context));
        Subcommands.Add(new SimulateGenesysCommand(context));
        Subcommands.Add(new SimulateCrmCommand(context));
    }
}
