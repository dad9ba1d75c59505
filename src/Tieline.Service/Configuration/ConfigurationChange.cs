namespace Tieline.Service.Configuration;

/// <summary>A key whose value differs between two configurations. A secret shows as <c>***</c>, before and after.</summary>
/// <param name="Before">Null: there was no such key (a list was shorter).</param>
/// <param name="After">Null: there is no such key any more.</param>
internal sealed record ConfigurationChange(string Key, string? Before, string? After)
{
    /// <inheritdoc cref="Between(IReadOnlyList{EffectiveValue}, IReadOnlyList{EffectiveValue})"/>
    public static IReadOnlyList<ConfigurationChange> Between(LoadedConfiguration before, LoadedConfiguration after) => Between(before.Values, after.Values);

    /// <summary>In the order of the keys.</summary>
    public static IReadOnlyList<ConfigurationChange> Between(IReadOnlyList<EffectiveValue> before, IReadOnlyList<EffectiveValue> after)
    {
        var (left, right) = (before.ToDictionary(value => value.Key), after.ToDictionary(value => value.Key));
        return
        [
            .. after.Select(value => value.Key).Union(before.Select(value => value.Key))
                .Where(key => !SameValue(left.GetValueOrDefault(key), right.GetValueOrDefault(key)))
                .Select(key => new ConfigurationChange(key, left.GetValueOrDefault(key)?.Value, right.GetValueOrDefault(key)?.Value)),
        ];
    }

    public override string ToString() => $"{Key}: {Before ?? "(none)"} -> {After ?? "(none)"}";

    private static bool SameValue(EffectiveValue? left, EffectiveValue? right) => left?.Value == right?.Value && left?.Compared == right?.Compared;
}
