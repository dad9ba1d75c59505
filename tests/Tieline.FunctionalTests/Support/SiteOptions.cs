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

    /// <summary>Done once both ends listen, before Tieline starts: puts files into <see cref="Site.Folder"/>.</summary>
    public Action<Site>? Prepare { get; set; }

    /// <summary>So big is the file system of the data directory, in MiB; null: that of the machine. Where <see cref="SmallDisk.IsPossible"/>.</summary>
    public int? DiskMiB { get; set; }

    public bool Verbose { get; set; }

    /// <summary>Start Tieline, and wait until it has subscribed.</summary>
    public bool Start { get; set; } = true;

    /// <summary>Gaps are closed within seconds, not minutes, and the budget is no matter.</summary>
    public void FillsSoon()
    {
        Genesys.RequestsPerMinute = 0;
        foreach (var setting in (string[])
            ["Genesys:RequestsPerMinute=3000", "Gaps:Margin=00:00:10", "Gaps:SettledAfter=00:00:06", "Gaps:AskAfter:0=00:00:00", "Gaps:AskAfter:1=00:00:02", "Gaps:AskAfter:2=00:00:06", "Gaps:AskAfter:3=00:00:10"])
            Settings.Add(setting);
    }
}
