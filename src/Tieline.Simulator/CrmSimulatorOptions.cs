using Tieline.Simulator.Crm.Presets;

namespace Tieline.Simulator;

/// <summary>How the simulated CRM behaves from its start.</summary>
public sealed class CrmSimulatorOptions
{
    /// <summary>Where to listen: <c>http</c>, a loopback address; port 0 takes a free one.</summary>
    /// <value>http://127.0.0.1:0</value>
    public string Listen { get; set; } = "http://127.0.0.1:0";

    /// <summary>A second address that answers the control API only, and goes on doing so while <see cref="Listen"/> is down.</summary>
    /// <value>http://127.0.0.1:0</value>
    public string ControlListen { get; set; } = "http://127.0.0.1:0";

    /// <summary>What a webhook is answered when nothing else was asked for.</summary>
    /// <value>200</value>
    public int Status { get; set; } = 200;

    /// <summary>Time before each answer.</summary>
    /// <value>0</value>
    public TimeSpan Delay { get; set; }

    /// <summary>Keep every request; without it they are only counted.</summary>
    /// <value>true</value>
    public bool Record { get; set; } = true;

    /// <summary>Keep the headers of recorded requests too.</summary>
    /// <value>true</value>
    public bool RecordHeaders { get; set; } = true;

    /// <summary>Behave like this CRM's own API, with its limits: <c>salesforce</c>, <c>hubspot</c>, <c>zendesk</c>, <c>dynamics365</c> or <c>servicenow</c>.</summary>
    /// <value>null: any webhook at any path</value>
    public string? Preset { get; set; }

    /// <summary>Requests that the preset allows in any 10 s, in place of the CRM's own limit.</summary>
    /// <value>null: the CRM's own</value>
    public int? PresetLimit { get; set; }

    /// <summary>Requests that the preset allows in 24 hours, where the CRM has such a limit.</summary>
    /// <value>null: the CRM's own</value>
    public int? PresetDaily { get; set; }

    /// <summary>Asked first for every request, on any thread; null: as if it were not there.</summary>
    /// <value>null</value>
    public Func<CrmRequest, CrmAnswer?>? Decide { get; set; }

    /// <returns>Everything that is wrong, each with the option's name, the rule and the value seen.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        foreach (var (name, url) in new[] { (nameof(Listen), Listen), (nameof(ControlListen), ControlListen) })
        {
            if (Loopback.Problem(url) is { } problem)
            {
                errors.Add($"{name} {problem}, was '{url}'");
            }
        }
        if (Status is < 200 or > 599)
        {
            errors.Add($"Status must be from 200 to 599, was {Status}");
        }
        if (Delay < TimeSpan.Zero)
        {
            errors.Add($"Delay must not be negative, was {Delay}");
        }
        if (Preset is not null && !CrmPreset.Names.Contains(Preset))
        {
            errors.Add($"Preset must be one of {string.Join(", ", CrmPreset.Names)}, was '{Preset}'");
        }
        if (PresetLimit is < 1 || PresetDaily is < 1)
        {
            errors.Add("PresetLimit and PresetDaily must be at least 1");
        }
        if (Preset is null && (PresetLimit ?? PresetDaily) is not null)
        {
            errors.Add("PresetLimit and PresetDaily belong to a Preset");
        }
        return errors;
    }
}
