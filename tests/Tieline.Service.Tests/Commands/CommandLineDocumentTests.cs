using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Commands;

/// <summary><c>docs/cli.md</c> is made from the commands themselves: <c>TIELINE_WRITE_DOCS=1 ./test CommandLineDocument</c> writes it anew.</summary>
public sealed class CommandLineDocumentTests
{
    private static readonly string _path = Repository.FileNamed("docs/cli.md");

    [Fact]
    public async Task The_document_has_every_command_with_its_options_as_they_are()
    {
        using var sandbox = new Sandbox();
        var document = Write(TielineCommand.Create(new CommandContext(TextWriter.Null, TextWriter.Null, sandbox.Path, sandbox.Environment, sandbox.Signals, TimeProvider.System)));

        if (Environment.GetEnvironmentVariable("TIELINE_WRITE_DOCS") is { Length: > 0 })
            await File.WriteAllTextAsync(_path, document, TestContext.Current.CancellationToken);

        (await File.ReadAllTextAsync(_path, TestContext.Current.CancellationToken)).ShouldBe(document, "TIELINE_WRITE_DOCS=1 ./test CommandLineDocument writes it anew");
    }

    private static string Write(RootCommand root)
    {
        var text = new StringBuilder("""
            # Command line

            Written from the commands themselves by `CommandLineDocumentTests`. `tieline COMMAND --help` prints the same.


            """.ReplaceLineEndings("\n"));
        text.Append(root.Description).Append("\n\nOptions of every command:\n\n");
        WriteOptions(text, root.Options.Where(option => !option.Hidden));
        text.Append("""

            | exit code | meaning |
            |---|---|
            | 0 | Done, or the check passed. |
            | 1 | Failed: the message says at what. |
            | 2 | The command line or the configuration is wrong. Nothing was done. |
            | 3 | The check ran, and what it checked is not as it should be. |

            """.ReplaceLineEndings("\n"));
        foreach (var command in root.Subcommands.Where(command => !command.Hidden))
            WriteCommand(text, command, "tieline");
        return text.ToString();
    }

    private static void WriteCommand(StringBuilder text, Command command, string parents)
    {
        var name = $"{parents} {command.Name}";
        text.Append($"\n## {name}\n\n{Escaped(command.Description)}\n");
        if (command.Subcommands.Count == 0)
        {
            text.Append($"\n```\n{name}{string.Concat(command.Arguments.Where(argument => !argument.Hidden).Select(argument => $" {Of(argument)}"))}{(command.Options.Any(option => !option.Hidden) ? " [options]" : "")}\n```\n");
            foreach (var argument in command.Arguments.Where(argument => !argument.Hidden && argument.Description is not null))
                text.Append($"\n`{Of(argument)}`: {Escaped(argument.Description)}\n");
            var options = command.Options.Where(option => !option.Hidden && option is not HelpOption).ToList();
            if (options.Count > 0)
            {
                text.Append('\n');
                WriteOptions(text, options);
            }
        }

        if (command is Verb { Examples.Count: > 0 } verb)
            text.Append($"\n```sh\n{string.Join('\n', verb.Examples)}\n```\n");
        foreach (var sub in command.Subcommands.Where(sub => !sub.Hidden))
            WriteCommand(text, sub, name);
    }

    private static void WriteOptions(StringBuilder text, IEnumerable<Option> options)
    {
        text.Append("| option | meaning |\n|---|---|\n");
        foreach (var option in options)
        {
            var names = string.Join(", ", option.Aliases.Prepend(option.Name).Where(alias => alias.StartsWith('-')).Distinct().OrderBy(alias => alias.Length).Select(alias => $"`{alias}{(option.HelpName is { } value ? $" <{value}>" : "")}`"));
            text.Append($"| {names}{(option.Required ? " (required)" : "")} | {Escaped(option.Description)}{DefaultOf(option)} |\n");
        }
    }

    private static string DefaultOf(Option option) => !option.HasDefaultValue || option.GetDefaultValue() is not { } value || value is false || value is string { Length: 0 } || value is System.Collections.ICollection
        ? ""
        : $" Default: `{Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)}`.";

    private static string Of(Argument argument) => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.HelpName ?? argument.Name}]" : $"<{argument.HelpName ?? argument.Name}>";

    private static string Escaped(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
