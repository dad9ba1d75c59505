using System.CommandLine;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Tieline.Service.Hosting;
using Tieline.Service.Http;

namespace Tieline.Service.Commands;

internal sealed class TailCommand : Verb
{
    private readonly Option<string?>[] _filters =
    [
        new("--conversation") { Description = "Only of this conversation.", HelpName = "ID" },
        new("--type") { Description = "Only of this type, such as conversation.state.", HelpName = "TYPE" },
        new("--state") { Description = "Only of this state, such as completed.", HelpName = "STATE" },
        new("--queue") { Description = "Only of the queue of this id.", HelpName = "ID" },
        new("--destination") { Description = "What becomes of events there, in place of what is accepted.", HelpName = "NAME" },
    ];

    private readonly Option<string?> _status = new("--status") { Description = "Only what has come to stand so: waiting (accepted), delivered, or dead.", HelpName = "STATUS" };
    private readonly Option<long?> _after = new("--after") { Description = "Begin behind this fact, as --json numbers them: where an earlier tail ended. Without it, with what comes next.", HelpName = "FACT" };
    private readonly Option<bool> _json = GlobalOptions.Json();
    private readonly CommandContext _context;

    public TailCommand(GlobalOptions global, CommandContext context)
        : base("tail", "Follow the events of the running Tieline as they are accepted or, with --destination or --status, as they are delivered or set aside. Until Ctrl+C.",
            "tieline tail", "tieline tail --queue 9f2b3c --state abandoned", "tieline tail --destination crm --status dead --json")
    {
        _context = context;
        _status.AcceptOnlyFromAmong(EventApi.Statuses);
        foreach (var option in (Option[])[.. _filters, _status, _after, _json])
            Options.Add(option);
        SetAction(async (parse, cancellation) =>
        {
            if (global.LoadOrExplain(parse, context) is not { } options)
                return ExitCode.Usage;
            var query = _filters.Append(_status).Select(option => (Name: option.Name.TrimStart('-'), Value: parse.GetValue(option))).Where(one => one.Value is not null)
                .Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}")
                .Concat(parse.GetValue(_after) is { } after ? [$"cursor={after}"] : []);
            context.Signals.Listen();
            using var client = ServiceClient.OfRunning(options, context);
            return await FollowAsync(client.StreamAsync($"events/stream?{string.Join('&', query)}", cancellation), parse.GetValue(_json), cancellation);
        });
    }

    private async Task<int> FollowAsync(IAsyncEnumerable<SseItem<string>> items, bool json, CancellationToken cancellation)
    {
        var terminal = new Terminal(_context);
        await using var pipe = _context.OpenPipe is { } open ? new PrintableWriter(open()) : null;
        var output = pipe ?? (json ? _context.Output : terminal.Output);
        try
        {
            await foreach (var item in items)
            {
                if (item.EventType != "step")
                    continue;
                await output.WriteLineAsync(json ? item.Data : Line(PrintableJson.Of(JsonNode.Parse(item.Data)!), terminal));
                await output.FlushAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (IOException)
        {
            return ExitCode.Done; // whoever read this has gone: tieline tail | head
        }

        throw new StartupException("Tieline has stopped.");
    }

    internal static string Line(JsonNode step, Terminal terminal)
    {
        var one = step["event"]!;
        var action = $"{step["action"]}{(step["destination"] is { } destination ? $" {destination}" : "")}";
        var shown = $"{step["action"]}" switch { "delivered" => terminal.Good(action), "dead-lettered" => terminal.Bad(action), _ => action };
        return $"{terminal.Quiet($"{step["at"]}")} {shown} {one["type"]} {one["state"]} {one["conversationId"]}{(one["queueId"] is { } queue ? $" queue {queue}" : "")} {terminal.Quiet($"{one["origin"]} {one["id"]}")}";
    }
}
