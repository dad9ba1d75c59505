using System.Text.Json;

namespace Tieline.Service.Alerts;

/// <summary>What tells figures of one name apart: <c>tieline_destination</c> = <c>crm</c>. Two with the same pairs are equal.</summary>
internal sealed class AlertLabels : IEquatable<AlertLabels>
{
    private readonly string _key;

    private AlertLabels(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        Pairs = pairs;
        _key = JsonSerializer.Serialize(pairs);
    }

    public static AlertLabels None { get; } = new([]);

    /// <summary>In order of their names.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs { get; }

    /// <returns>Null where there is no such label.</returns>
    public string? this[string name] => Pairs.Where(pair => pair.Key == name).Select(pair => pair.Value).FirstOrDefault();

    public static AlertLabels Of(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var sorted = pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        return sorted.Count == 0 ? None : new AlertLabels(sorted);
    }

    /// <summary>As an instrument has them: dots become underscores, as in Prometheus's text; a tag without a value is none.</summary>
    public static AlertLabels OfTags(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var pairs = new List<KeyValuePair<string, string>>(tags.Length);
        foreach (var (name, value) in tags)
        {
            if (value is not null)
                pairs.Add(new(name.Replace('.', '_'), Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!));
        }

        return Of(pairs);
    }

    /// <summary>Only those named.</summary>
    public AlertLabels Only(params ReadOnlySpan<string> names)
    {
        var kept = new List<KeyValuePair<string, string>>();
        foreach (var pair in Pairs)
        {
            if (names.Contains(pair.Key))
                kept.Add(pair);
        }

        return Of(kept);
    }

    public bool Equals(AlertLabels? other) => other is not null && _key == other._key;

    public override bool Equals(object? obj) => Equals(obj as AlertLabels);

    public override int GetHashCode() => _key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _key;
}
