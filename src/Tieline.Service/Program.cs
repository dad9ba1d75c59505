using System.Collections;
using Tieline.Service.Commands;
using Tieline.Service.Hosting;

using var signals = new StopSignals(TimeProvider.System);
var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
return await TielineCommand.RunAsync(args, new CommandContext(Console.Out, Console.Error, Environment.CurrentDirectory, environment, signals, TimeProvider.System)
{
    IsTerminal = !Console.IsErrorRedirected,
    Input = Console.IsInputRedirected || Console.IsErrorRedirected ? null : Console.In,
    ReadSecret = Console.IsInputRedirected || Console.IsErrorRedirected ? null : HiddenLine.Read,
});
