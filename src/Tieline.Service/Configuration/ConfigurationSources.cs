namespace Tieline.Service.Configuration;

/// <summary>Where the configuration is looked for.</summary>
/// <param name="WorkingDirectory">Holds <c>tieline.json</c> and <c>.env</c>, where there are any.</param>
/// <param name="ConfigFile">Read in place of <c>tieline.json</c>, and then it must exist.</param>
/// <param name="Environment">The process's variables.</param>
/// <param name="Set">The arguments of <c>--set</c>, <c>Key=Value</c> each.</param>
internal sealed record ConfigurationSources(string WorkingDirectory, string? ConfigFile, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Set)
{
    /// <summary>Neither file nor <c>.env</c> is read: what holds are the defaults, the environment given here and <see cref="Set"/>.</summary>
    public bool OnlySet { get; init; }
}
