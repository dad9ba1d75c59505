using Tieline.Service.Hosting;

namespace Tieline.Service.Commands;

/// <summary>All that a command knows of the process around it.</summary>
internal sealed record CommandContext
{
    /// <param name="output">Of the process: nothing reaches it but through <see cref="Output"/>.</param>
    /// <param name="error">Likewise.</param>
    public CommandContext(TextWriter output, TextWriter error, string workingDirectory, IReadOnlyDictionary<string, string> environment, StopSignals signals, TimeProvider time) =>
        (Output, Error, WorkingDirectory, Environment, Signals, Time) = (new PrintableWriter(output), new PrintableWriter(error), workingDirectory, environment, signals, time);

    /// <summary>Results, and nothing else.</summary>
    public PrintableWriter Output { get; }

    /// <summary>Everything else.</summary>
    public PrintableWriter Error { get; }

    public string WorkingDirectory { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public StopSignals Signals { get; }

    public TimeProvider Time { get; }

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
