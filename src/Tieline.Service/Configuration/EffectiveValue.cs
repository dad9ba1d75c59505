using System.Collections;
using System.Security.Cryptography;
using System.Text;

namespace Tieline.Service.Configuration;

/// <summary>A key, what holds for it (a secret as <c>***</c>), and where that came from.</summary>
/// <param name="Source"><c>default</c>, <c>file</c>, <c>.env</c>, <c>environment</c> or <c>--set</c>.</param>
/// <param name="As">The file, variable or argument; empty for a default.</param>
internal sealed record EffectiveValue(string Key, string Value, string Source, string As)
{
    public const string Default = "default";

    /// <summary>Tells values apart that are shown alike: a digest of what a secret really is; the value itself of all else.</summary>
    internal string Compared { get; private init; } = Value;

    public static IEnumerable<EffectiveValue> All(TielineOptions options, IReadOnlyDictionary<string, GivenSetting> settings) =>
        Of(SettingShape.Root, "", options, settings);

    private static IEnumerable<EffectiveValue> Of(SettingShape.Section section, string at, object options, IReadOnlyDictionary<string, GivenSetting> settings)
    {
        foreach (var property in section.Properties)
        {
            var key = at.Length == 0 ? property.Name : $"{at}:{property.Name}";
            var value = property.Info.GetValue(options);
            switch (property.Shape)
            {
                case SettingShape.Section inner:
                    foreach (var effective in Of(inner, key, value!, settings))
                    {
                        yield return effective;
                    }

                    break;
                case SettingShape.List { Element: SettingShape.Section element } when value is IList { Count: > 0 } items:
                    for (var i = 0; i < items.Count; i++)
                    {
                        foreach (var effective in Of(element, $"{key}:{i}", items[i]!, settings))
                        {
                            yield return effective;
                        }
                    }

                    break;
                case SettingShape.List:
                    var formatted = ((IEnumerable)value!).Cast<object>().Select(SettingValue.Format).ToList();
                    yield return Single(key, formatted.Count == 0 ? "[]" : string.Join(", ", formatted), settings);
                    break;
                case SettingShape.Map:
                    foreach (DictionaryEntry entry in (IDictionary)value!)
                    {
                        yield return Single($"{key}:{entry.Key}", entry.Value, settings);
                    }

                    break;
                default:
                    yield return Single(key, value, settings);
                    break;
            }
        }
    }

    private static EffectiveValue Single(string key, object? held, IReadOnlyDictionary<string, GivenSetting> settings)
    {
        var value = SettingValue.Format(held);
        var setting = settings.GetValueOrDefault(key) ?? settings.FirstOrDefault(s => s.Key.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)).Value;
        var effective = setting is null ? new EffectiveValue(key, value, Default, "") : new EffectiveValue(key, value, setting.Given.Layer, setting.Given.As);
        var hidden = held switch { Secret secret => secret.Reveal(), Uri url => url.OriginalString, _ => value };
        return hidden == value ? effective : effective with { Compared = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(hidden))) };
    }
}
