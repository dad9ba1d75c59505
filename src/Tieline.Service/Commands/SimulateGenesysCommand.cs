namespace Tieline.Service.Commands;

internal sealed class SimulateGenesysCommand : Verb
{
    public SimulateGenesysCommand(CommandContext context)
        : base("genesys", "Run a simulated Genesys Cloud: token endpoint and event stream, with faults on demand at /_simulator/.",
            "tieline simulate genesys --rate 500", "tieline simulate genesys --listen http://127.0.0.1:8080 --fault '{\"kind\":\"abort\",\"everySeconds\":30}'")
    {
        var flags = new GenesysSimulatorFlags();
        flags.AddTo(this);
        SetAction((parse, _) => flags.RunAsync(parse, context));
    }
}
