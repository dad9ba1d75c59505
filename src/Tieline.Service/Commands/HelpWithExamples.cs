using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Tieline.Service.Commands;

internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var examples = parseResult.CommandResult.Command is Verb verb ? verb.Examples : TielineCommand.Examples;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (var example in examples)
        {
            output.WriteLine($"  {example}");
        }

        output.WriteLine();
        return ExitCode.Done;
    }
}
