using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Tieline.Simulator.Crm.Presets;

/// <summary>One call of a CRM's API.</summary>
/// <param name="InFlight">Calls that are being answered, this one counted in.</param>
internal sealed record PresetRequest(string Method, string Path, IHeaderDictionary Headers, byte[] Body, int InFlight)
{
    public string? Header(string name) => Headers.TryGetValue(name, out StringValues values) ? values.ToString() : null;
}
