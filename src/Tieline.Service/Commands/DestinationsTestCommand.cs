using System.CommandLine;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class DestinationsTestCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The destination." };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public DestinationsTestCommand(GlobalOptions global, CommandContext context)
        : base("test", "Have the running Tieline send a made-up event to a destination, beside all that waits, and tell what came of it. Exits with 3 when it was not taken. Without a Tieline that runs: 'tieline conform'.",
            "tieline destinations test crm", "tieline destinations test crm --json")
    {
        Arguments.Add(_name);
        Options.Add(_json);
        SetAction(async (parse, cancellation) =>
        {
            var name = parse.GetValue(_name)!;
            if (global.LoadOrExplain(parse, context) is not { } options)
                return ExitCode.Usage;
            if (!options.Destinations.Any(destination => destination.Name == name))
            {
                await context.Error.WriteLineAsync(DestinationApi.NotConfigured(name));
                return ExitCode.Usage;
            }

            using var client = ServiceClient.OfRunning(options, context);
            var report = await client.PostAsync($"destinations/{name}/test", [], cancellation);
            if (parse.GetValue(_json))
                ResultTable.Write(report, context.Output);
            else
                await context.Output.WriteLineAsync($"{report["said"]}");
            return report["accepted"]!.GetValue<bool>() ? ExitCode.Done : ExitCode.Wanting;
        });
    }
}
