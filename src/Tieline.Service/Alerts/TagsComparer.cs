namespace Tieline.Service.Alerts;

/// <summary>A measurement's tags as a key that can be looked up as they come, without being copied.</summary>
internal sealed class TagsComparer : IEqualityComparer<KeyValuePair<string, object?>[]>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, KeyValuePair<string, object?>[]>
{
    public bool Equals(KeyValuePair<string, object?>[]? x, KeyValuePair<string, object?>[]? y) => x is null || y is null ? x == y : Equals(x.AsSpan(), y);

    public int GetHashCode(KeyValuePair<string, object?>[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, KeyValuePair<string, object?>[] other)
    {
        if (alternate.Length != other.Length)
            return false;
        for (var i = 0; i < other.Length; i++)
        {
            if (alternate[i].Key != other[i].Key || !Equals(alternate[i].Value, other[i].Value))
                return false;
        }

        return true;
    }

    public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
    {
        var hash = default(HashCode);
        foreach (var (name, value) in alternate)
        {
            hash.Add(name);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    public KeyValuePair<string, object?>[] Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => alternate.ToArray();
}
