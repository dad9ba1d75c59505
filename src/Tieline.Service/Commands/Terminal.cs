namespace Tieline.Service.Commands;

/// <summary>Colours for who reads them: none in a pipe, and none where <c>NO_COLOR</c> is set.</summary>
internal sealed class Terminal(CommandContext context)
{
    /// <summary>To the upper left corner, and away with what stands below.</summary>
    public const string Home = "\e[H\e[2J";

    private readonly bool _hasColor = context.IsOutputTerminal && !context.NoColor;

    /// <summary>Where text with these colours goes. All else in it must be printable: <see cref="PrintableJson"/>.</summary>
    public TextWriter Output => context.IsOutputTerminal ? context.Output.Raw : context.Output;

    public string Good(string text) => In(32, text);

    public string Watch(string text) => In(33, text);

    public string Bad(string text) => In(31, text);

    public string Quiet(string text) => In(2, text);

    private string In(int code, string text) => _hasColor ? $"\e[{code}m{text}\e[0m" : text;
}
