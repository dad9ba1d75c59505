namespace Tieline.Service.Configuration;

/// <summary>A key that exists.</summary>
/// <param name="Key">Its name as documented, <c>Destinations:0:Url</c>.</param>
/// <param name="List">The outermost list it lies in, <c>Destinations</c>; null when in none.</param>
/// <param name="IsFile">The value names a file that holds it.</param>
/// <param name="Twin">The key of the same setting given the other way, as a file's name or as the value; whichever comes later counts.</param>
internal sealed record SettingKey(string Key, SettingShape Shape, string? List, bool IsFile, string? Twin)
{
    public const string FileSuffix = "_FILE";

    private const string FileTwin = "File";

    /// <summary>Finds the key that a path means, letter case aside.</summary>
    /// <param name="path">The key's parts as given.</param>
    /// <param name="isFile">As if the path ended in <see cref="FileSuffix"/>.</param>
    /// <param name="error">What is wrong, when the result is null; it never repeats a value.</param>
    public static SettingKey? Resolve(IReadOnlyList<string> path, bool isFile, out ConfigurationError? error)
    {
        SettingShape shape = SettingShape.Root;
        SettingShape.Section? parent = null;
        string? list = null;
        var key = "";
        error = null;
        for (var i = 0; i < path.Count; i++)
        {
            var part = path[i];
            var isLast = i == path.Count - 1;
            switch (shape)
            {
                case SettingShape.Section section:
                    var property = section.Find(part);
                    if (property is null && isLast && part.EndsWith(FileSuffix, StringComparison.OrdinalIgnoreCase)
                        && section.Find(part[..^FileSuffix.Length]) is { Shape: SettingShape.Value { MayBeFile: true } } backed)
                    {
                        (property, isFile) = (backed, true);
                    }

                    if (property is null)
                    {
                        error = IsIndex(part) && i > 0 ? new ConfigurationError(key, "must be a section, was a list") : Unknown(Join(key, part), section, part);
                        return null;
                    }

                    (parent, key, shape) = (section, Join(key, property.Name), property.Shape);
                    break;
                case SettingShape.List { Element: var element }:
                    if (!IsIndex(part))
                    {
                        error = new ConfigurationError(key, $"must be a list, with a number as the next part of its key, was '{part}'");
                        return null;
                    }

                    list ??= key;
                    (parent, key, shape) = (null, Join(key, part), element);
                    break;
                case SettingShape.Map { Element: var element }:
                    if (isLast && part.EndsWith(FileSuffix, StringComparison.OrdinalIgnoreCase))
                    {
                        (part, isFile) = (part[..^FileSuffix.Length], true);
                    }

                    (parent, key, shape) = (null, Join(key, part), element);
                    break;
                case SettingShape.Value value:
                    error = new ConfigurationError(key, $"must be {SettingValue.Allowed(value.Type)}, was a {(IsIndex(part) ? "list" : "section")}");
                    return null;
                default:
                    throw new InvalidOperationException($"No such shape: {shape}.");
            }
        }

        if (shape is SettingShape.List)
        {
            list ??= key;
        }

        return WithTwin(new SettingKey(key, shape, list, isFile, null), parent);
    }

    // A secret with a property of its own for the file (ClientSecret, ClientSecretFile) is read again whenever it is needed.
    private static SettingKey WithTwin(SettingKey key, SettingShape.Section? parent)
    {
        var name = key.Key[(key.Key.LastIndexOf(':') + 1)..];
        if (key.Shape is SettingShape.Value { IsSecret: true } && parent?.Find(name + FileTwin) is { } file)
        {
            return key.IsFile
                ? key with { Key = key.Key + FileTwin, Shape = file.Shape, IsFile = false, Twin = key.Key }
                : key with { Twin = key.Key + FileTwin };
        }

        return name.EndsWith(FileTwin, StringComparison.Ordinal) && parent?.Find(name[..^FileTwin.Length]) is { Shape: SettingShape.Value { IsSecret: true } }
            ? key with { Twin = key.Key[..^FileTwin.Length] }
            : key;
    }

    private static ConfigurationError Unknown(string key, SettingShape.Section section, string part)
    {
        var prefix = key[..^part.Length];
        var meant = Similarity.Nearest(part, section.Properties.Select(p => p.Name)) is { } sibling ? prefix + sibling : Elsewhere(key);
        return new ConfigurationError(key, meant is null
            ? $"unknown key; {(prefix.Length == 0 ? "the sections are" : "allowed here:")} {string.Join(", ", section.Properties.Select(p => p.Name))}"
            : $"unknown key; did you mean {meant}?");
    }

    /// <summary>A key that is right but for its section, or but for the separators.</summary>
    private static string? Elsewhere(string key)
    {
        var bare = Bare(key);
        var all = AllKeys(SettingShape.Root, "").ToList();
        return all.Find(k => Bare(k).Equals(bare, StringComparison.OrdinalIgnoreCase))
            ?? all.Find(k => k.EndsWith(':' + key[(key.LastIndexOf(':') + 1)..], StringComparison.OrdinalIgnoreCase));
    }

    private static IEnumerable<string> AllKeys(SettingShape.Section section, string at) =>
        section.Properties.SelectMany(p => p.Shape is SettingShape.Section inner ? AllKeys(inner, Join(at, p.Name)) : [Join(at, p.Name)]);

    private static string Bare(string key) => key.Replace(":", "").Replace("_", "");

    private static bool IsIndex(string part) => int.TryParse(part, System.Globalization.NumberStyles.None, null, out _);

    private static string Join(string at, string part) => at.Length == 0 ? part : $"{at}:{part}";
}
