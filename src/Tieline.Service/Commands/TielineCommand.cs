using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Tieline.Service.Commands.Demo;
using Tieline.Service.Commands.Init;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

/// <summary>The command line as a whole.</summary>
internal static class TielineCommand
{
    public static IReadOnlyList<string> Examples { get; } = ["tieline demo", "tieline run --config /etc/tieline/tieline.json"];

    public static RootCommand Create(CommandContext context)
    {
        var global = new GlobalOptions();
        var root = new RootCommand("Carries the conversation events of a Genesys Cloud contact centre to a CRM: all of them, in order, without personal data.")
        {
            global.Config,
            global.Set,
            global.Verbose,
            new RunCommand(global, context),
            new DemoCommand(global, context),
            new SimulateCommand(context),
            new StatusCommand(global, context),
            new TailCommand(global, context),
            new ConsoleCommand(global, context),
            new TokenCommand(global, context),
            new InitCommand(global, context),
            new DoctorCommand(global, context),
            new ConformCommand(global, context),
            new ConfigCommand(global, context),
            new AuditCommand(global, context),
            new BackfillCommand(global, context),
            new ReconcileCommand(global, context),
            new CompletenessCommand(global, context),
            new SecretCommand(global, context),
            new DeadLettersCommand(global, context),
            new DestinationsCommand(global, context),
            new ReplayCommand(global, context),
            new CompletionCommand(context),
            new VersionCommand(context),
        };
        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption { Action: HelpAction usual } help:
                    help.Action = new HelpWithExamples(usual);
                    break;
                case VersionOption version:
                    version.Action = new VersionAction(context);
                    break;
                default:
                    break;
            }
        }

        return root;
    }

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, CommandContext context)
    {
        var root = Create(context);

        // No response files: a value may begin with @.
        var parse = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parse.Errors.Count > 0 && parse.Action is not HelpWithExamples)
        {
            return Explain(parse, context.Error);
        }

        try
        {
            // The signals are StopSignals's, and what goes wrong is told below. Help and completions are several lines at once.
            await using var output = context.Output.Lines;
            await using var error = context.Error.Lines;
            return await parse.InvokeAsync(
                new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, context.Signals.Stopping);
        }
        catch (StartupException e)
        {
            await context.Error.WriteLineAsync($"tieline: {e.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (context.Signals.Stopping.IsCancellationRequested)
        {
            return ExitCode.Failed;
        }
        catch (Exception e)
        {
            await context.Error.WriteAsync($"tieline: an unexpected error: {e}\n");
            return ExitCode.Failed;
        }
    }

    /// <summary>The command as it is typed: <c>tieline dead-letters list</c>.</summary>
    private static string PathOf(CommandResult result) => result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "tieline";

    private static int Explain(ParseResult parse, TextWriter error)
    {
        var command = parse.CommandResult.Command;
        var path = PathOf(parse.CommandResult);
        // Next to a verb that does not exist, "no verb was given" is no news.
        foreach (var problem in parse.Errors.Where(e => parse.UnmatchedTokens.Count == 0 || parse.UnmatchedTokens.Any(t => e.Message.Contains(t, StringComparison.Ordinal))))
        {
            error.WriteLine($"tieline: {problem.Message}");
        }

        if (parse.UnmatchedTokens.Count > 0
            && Similarity.Nearest(parse.UnmatchedTokens[0], command.Subcommands.Select(c => c.Name).Concat(command.Options.Select(o => o.Name))) is { } meant)
        {
            error.WriteLine($"Did you mean '{path} {meant}'?");
        }
        else if (command.Subcommands.Count > 0)
        {
            error.WriteLine($"'{path}' takes one of: {string.Join(", ", command.Subcommands.Select(c => c.Name))}.");
        }

        error.WriteLine($"'{path} --help' explains.");
        return ExitCode.Usage;
    }
}
