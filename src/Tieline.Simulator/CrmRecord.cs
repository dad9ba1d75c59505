namespace Tieline.Simulator;

/// <summary>What a simulated CRM with a preset holds under one external id.</summary>
/// <param name="ExternalId">As it was sent.</param>
/// <param name="Copies">Objects with this external id: more than one is a duplicate in the CRM.</param>
/// <param name="Writes">How often it was written; an upsert of what is there counts too.</param>
/// <param name="Json">What was written last.</param>
public sealed record CrmRecord(string ExternalId, int Copies, int Writes, string Json);

/// <summary>How a simulated CRM with a preset has fared.</summary>
/// <param name="Name">The preset's.</param>
/// <param name="Records">Different external ids.</param>
/// <param name="Throttled">Requests that were turned away because of a limit.</param>
/// <param name="Pushed">Of those, ones that came before the time that an earlier answer named.</param>
public sealed record CrmPresetStatus(string Name, int Records, long Throttled, long Pushed);
