using System.Collections;
using Microsoft.Win32.SafeHandles;
using Tieline.Service.Commands;
using Tieline.Service.Hosting;

// Before anything else: with fewer, .NET cannot even open its own libraries, and would say so in its own way.
if (ProcessLimits.TooLowToStart() is { } tooLow)
{
    Console.Error.WriteLine(tooLow);
    return ExitCode.Failed;
}

using var signals = new StopSignals(TimeProvider.System);
var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "");
return await TielineCommand.RunAsync(args, new CommandContext(Console.Out, Console.Error, Environment.CurrentDirectory, environment, signals, TimeProvider.System)
{
    IsTerminal = !Console.IsErrorRedirected,
#pragma warning disable CA2000 // the writer's from here on
    OpenPipe = Console.IsOutputRedirected ? () => new StreamWriter(new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0)) : null,
#pragma warning restore CA2000
    OutputWidth = Console.IsOutputRedirected ? null : Console.WindowWidth,
    Input = Console.IsInputRedirected || Console.IsErrorRedirected ? null : Console.In,
    ReadSecret = Console.IsInputRedirected || Console.IsErrorRedirected ? null : HiddenLine.Read,
});
