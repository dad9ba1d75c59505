using System.Reflection;

namespace Tieline.Service.Configuration;

/// <summary>What may stand at a key, read from the options classes, so that there is nothing to keep in step with them.</summary>
internal abstract record SettingShape
{
    private SettingShape()
    {
    }

    /// <summary>The whole configuration.</summary>
    public static Section Root { get; } = (Section)Of(typeof(TielineOptions));

    public static SettingShape Of(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (SettingValue.IsSupported(bare))
        {
            return new Value(bare);
        }

        if (bare.IsGenericType && bare.GetGenericTypeDefinition() == typeof(IList<>))
        {
            return new List(bare.GetGenericArguments()[0], Of(bare.GetGenericArguments()[0]));
        }

        if (bare.IsGenericType && bare.GetGenericTypeDefinition() == typeof(IDictionary<,>))
        {
            return new Map(bare.GetGenericArguments()[1], new Value(bare.GetGenericArguments()[1]));
        }

        return new Section(bare, [.. bare.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).Select(p => new Property(p, Of(p.PropertyType)))]);
    }

    /// <summary>One text, number, … </summary>
    public sealed record Value(Type Type) : SettingShape
    {
        public bool IsSecret => Type == typeof(Secret);

        /// <summary>May also be given as the name of a file, under the key with <c>_FILE</c> at its end.</summary>
        public bool MayBeFile => IsSecret || Type == typeof(string) || Type == typeof(Uri);
    }

    public sealed record List(Type ElementType, SettingShape Element) : SettingShape;

    /// <summary>Values under names of the user's choice.</summary>
    public sealed record Map(Type ElementType, Value Element) : SettingShape;

    public sealed record Section(Type Type, IReadOnlyList<Property> Properties) : SettingShape
    {
        public Property? Find(string name) => Properties.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    public sealed record Property(PropertyInfo Info, SettingShape Shape)
    {
        public string Name => Info.Name;
    }
}
