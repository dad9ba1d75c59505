using System.CommandLine;
using System.Text.Json.Nodes;

namespace Tieline.Service.Commands;

internal sealed class StatusCommand : Verb
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(2);

    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "Again every two seconds, until Ctrl+C." };
    private readonly CommandContext _context;

    public StatusCommand(GlobalOptions global, CommandContext context)
        : base("status", "Tell on one screen how the running Tieline stands: a verdict with its evidence, what comes in, what is missing, what goes out. Exits with 3 when it is not ready.",
            "tieline status", "tieline status --watch", "tieline status --json")
    {
        _context = context;
        Options.Add(_watch);
        Options.Add(_json);
        SetAction(async (parse, cancellation) =>
        {
            if (global.LoadOrExplain(parse, context) is not { } options)
                return ExitCode.Usage;
            context.Signals.Listen();
            using var client = ServiceClient.OfRunning(options, context);
            return parse.GetValue(_watch) ? await WatchAsync(client, parse.GetValue(_json), cancellation) : await TellAsync(client, parse.GetValue(_json), cancellation);
        });
    }

    private async Task<int> TellAsync(ServiceClient client, bool json, CancellationToken cancellation)
    {
        var status = await client.GetAsync("status", cancellation);
        await ShowAsync(status, json, watches: false, isAgain: false);
        return status["ready"]!.GetValue<bool>() ? ExitCode.Done : ExitCode.Wanting;
    }

    private async Task<int> WatchAsync(ServiceClient client, bool json, CancellationToken cancellation)
    {
        var isAgain = false;
        try
        {
            while (true)
            {
                await ShowAsync(await client.GetAsync("status", cancellation), json, watches: true, isAgain);
                isAgain = true;
                await Task.Delay(_every, _context.Time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
    }

    private async Task ShowAsync(JsonObject status, bool json, bool watches, bool isAgain)
    {
        if (json && watches)
            await _context.Output.WriteLineAsync(status.ToJsonString(Http.ApiCall.Writing));
        else if (json)
            ResultTable.Write(status, _context.Output);
        else
            await new Terminal(_context).Output.WriteAsync((isAgain ? _context.IsOutputTerminal ? Terminal.Home : "\n" : "") + StatusText.Of(PrintableJson.Of(status), new Terminal(_context)));
        await _context.Output.FlushAsync();
    }
}
