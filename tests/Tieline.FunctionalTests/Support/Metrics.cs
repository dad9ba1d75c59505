using System.Text.Json;

namespace Tieline.FunctionalTests.Support;

/// <summary>The JSON of <c>/metrics</c>.</summary>
internal sealed class Metrics(JsonElement json)
{
    public IReadOnlyList<string> Names => [.. json.EnumerateObject().Select(member => member.Name)];

    /// <summary>NaN where the value is not known.</summary>
    public double this[string name] => json.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : double.NaN;

    public override string ToString() => json.ToString();
}
