using System.CommandLine;

namespace Tieline.Service.Commands;

/// <summary>A command with examples; <c>--help</c> shows them.</summary>
internal abstract class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;
}
