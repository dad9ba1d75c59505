using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class ConsoleCommand : Verb
{
    private readonly Option<bool> _viewer = new("--viewer") { Description = "A link for a viewer, who sees everything and changes nothing." };
    private readonly Option<bool> _json = GlobalOptions.Json();

    public ConsoleCommand(GlobalOptions global, CommandContext context)
        : base("console", $"Print a link that signs a browser in to the console of the running Tieline. It works once, within {SignInCodes.Usual.TotalSeconds:F0} seconds.", "tieline console", "tieline console --viewer")
    {
        Options.Add(_viewer);
        Options.Add(_json);
        SetAction(async (parse, cancellation) =>
        {
            if (global.LoadOrExplain(parse, context) is not { } options)
                return ExitCode.Usage;
            using var client = ServiceClient.OfRunning(options, context);
            var link = await client.PostAsync("sign-in-links", new JsonObject { ["role"] = parse.GetValue(_viewer) ? AccessRoles.Viewer : AccessRoles.Operator }, cancellation);
            if (parse.GetValue(_json))
                ResultTable.Write(link, context.Output);
            else
                await context.Output.WriteLineAsync($"{link["url"]}");
            return ExitCode.Done;
        });
    }
}
