using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

/// <summary>All that a command knows of the process around it.</summary>
/// <param name="Output">Results, and nothing else.</param>
/// <param name="Error">Everything else.</param>
internal sealed record CommandContext(
    TextWriter Output, TextWriter Error, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment, StopSignals Signals, TimeProvider Time)
{
    /// <summary>A person reads <see cref="Error"/>.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Opens what <see cref="Output"/> writes to so that it throws where whoever read it has gone, which the console's own writer keeps quiet about; null where that cannot be.</summary>
    public Func<TextWriter>? OpenPipe { get; init; }

    /// <summary>A person reads <see cref="Output"/>.</summary>
    public bool IsOutputTerminal => OutputWidth is not null;

    /// <summary>Columns of the window that a person reads <see cref="Output"/> in; null in a pipe, where a line is as long as it is.</summary>
    public int? OutputWidth { get; init; }

    /// <summary>What a person types; null where none is there to ask.</summary>
    public TextReader? Input { get; init; }

    /// <summary>A line that a person types without its being shown; null where there is no terminal to hide it on.</summary>
    public Func<string?>? ReadSecret { get; init; }

    /// <summary>Adds to or replaces the services of <c>run</c>; for tests.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>no-color.org: set, and not to nothing.</summary>
    public bool NoColor => Environment.TryGetValue("NO_COLOR", out var value) && value.Length > 0;
}
