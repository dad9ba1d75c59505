using Tieline.Simulator;

namespace Tieline.FunctionalTests.Support;

/// <summary>How a <see cref="Site"/> begins.</summary>
internal sealed class SiteOptions
{
    public GenesysSimulatorOptions Genesys { get; } = new() { Rate = 200 };

    public CrmSimulatorOptions Crm { get; } = new();

    /// <summary>Given to every <c>tieline run</c> as <c>--set</c>.</summary>
    public IList<string> Settings { get; } = [];

    /// <summary>Beside, or in place of, what connects it to the two simulators. Null takes a variable out.</summary>
    public IDictionary<string, string?> Environment { get; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    public bool Verbose { get; set; }

    /// <summary>Start Tieline, and wait until it has subscribed.</summary>
    public bool Start { get; set; } = true;
}
