using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tieline.Service.Hosting;
using Tieline.Service.Configuration;

namespace Tieline.Service.Commands;

internal sealed class VersionCommand : Verb
{
    public VersionCommand(CommandContext context)
        : base("version", "Print Tieline's version and that of the .NET it runs on.", "tieline version", "tieline version --json")
    {
        var json = GlobalOptions.Json();
        Options.Add(json);
        SetAction(parse => Print(context.Output, parse.GetValue(json)));
    }

    public static int Print(TextWriter output, bool json)
    {
        output.Write((json
            ? JsonSerializer.Serialize(
                new { version = ProgramVersion.Text, runtime = RuntimeInformation.FrameworkDescription, platform = RuntimeInformation.RuntimeIdentifier }, ConfigurationSchema.Writing)
            : $"tieline {ProgramVersion.Text} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})") + "\n");
        return ExitCode.Done;
    }
}

/// <summary><c>tieline --version</c></summary>
internal sealed class VersionAction(CommandContext context) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult) => VersionCommand.Print(context.Output, json: false);
}
