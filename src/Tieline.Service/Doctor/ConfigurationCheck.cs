using Tieline.Genesys;
using Tieline.Service.Configuration;

namespace Tieline.Service.Doctor;

/// <summary>What <c>config validate</c> says. With an error nothing else is looked at.</summary>
internal sealed class ConfigurationCheck(LoadedConfiguration loaded) : ICheck
{
    public string Name => "configuration";

    public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Finding>>(
    [
        .. loaded.Errors.Count > 0
            ? loaded.Errors.Select(error => new Finding(Name, error.Key, Verdict.Fail, error.Problem, "'tieline config show' tells what is in force and where it came from."))
            : [new Finding(Name, null, Verdict.Pass, InForce(loaded.Options))],
        .. loaded.Warnings.Select(warning => new Finding(Name, null, Verdict.Warn, warning, "Unset it, unless it belongs to another program.")),
    ]);

    private static string InForce(TielineOptions options) =>
        $"valid: {options.Genesys.Source} in {GenesysRegions.DomainOf(options.Genesys.Region)}, to {string.Join(", ", options.Destinations.Select(destination => destination.Name))}";
}
