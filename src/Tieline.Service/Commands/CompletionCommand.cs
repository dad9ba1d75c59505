using System.CommandLine;

namespace Tieline.Service.Commands;

internal sealed class CompletionCommand : Verb
{
    private const string Bash = """
        _tieline() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _tieline tieline
        """;

    private const string Zsh = """
        #compdef tieline
        _tieline() {
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -- "${found[@]}"
        }
        compdef _tieline tieline
        """;

    private const string Fish = """
        complete -c tieline -f -a '(set -l line (commandline -cp); (commandline -op)[1] "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null)'
        """;

    private static readonly Dictionary<string, string> _scripts = new() { ["bash"] = Bash, ["zsh"] = Zsh, ["fish"] = Fish };

    public CompletionCommand(CommandContext context)
        : base("completion", "Print a script that completes verbs and options in a shell.",
            "tieline completion bash > /etc/bash_completion.d/tieline", "source <(tieline completion zsh)", "tieline completion fish > ~/.config/fish/completions/tieline.fish")
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong([.. _scripts.Keys]);
        Arguments.Add(shell);
        SetAction(parse =>
        {
            context.Output.Write(_scripts[parse.GetValue(shell)!] + "\n");
            return ExitCode.Done;
        });
    }
}
