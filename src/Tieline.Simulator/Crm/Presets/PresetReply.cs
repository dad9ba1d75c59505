namespace Tieline.Simulator.Crm.Presets;

/// <summary>What a CRM's API answers.</summary>
/// <param name="Body">Written as JSON; a string as it is; null: none.</param>
internal sealed record PresetReply(int Status, object? Body, params (string Name, string Value)[] Headers);
