using System.Collections;
using System.Globalization;

namespace Tieline.Service.Configuration;

/// <summary>Fills options from merged settings. What cannot be read is an error and leaves the default in place.</summary>
internal sealed class ConfigurationBinder(IReadOnlyDictionary<string, GivenSetting> settings, string workingDirectory)
{
    private readonly List<ConfigurationError> _errors = [];

    public IReadOnlyList<ConfigurationError> Errors => _errors;

    public TielineOptions Bind()
    {
        var options = new TielineOptions();
        BindSection(SettingShape.Root, "", options);
        return options;
    }

    private void BindSection(SettingShape.Section section, string at, object target)
    {
        foreach (var property in section.Properties)
        {
            var key = at.Length == 0 ? property.Name : $"{at}:{property.Name}";
            switch (property.Shape)
            {
                case SettingShape.Value value:
                    if (settings.TryGetValue(key, out var setting) && Read(value, setting) is { } read)
                    {
                        property.Info.SetValue(target, read);
                    }

                    break;
                case SettingShape.Section inner:
                    BindSection(inner, key, property.Info.GetValue(target)!);
                    break;
                case SettingShape.List list:
                    if (settings.ContainsKey(key) || Below(key).Any())
                    {
                        property.Info.SetValue(target, BindList(list, key));
                    }

                    break;
                case SettingShape.Map map:
                    BindMap(map, key, (IDictionary)property.Info.GetValue(target)!);
                    break;
                default:
                    throw new InvalidOperationException($"No such shape: {property.Shape}.");
            }
        }
    }

    private IList BindList(SettingShape.List list, string at)
    {
        var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(list.ElementType))!;
        foreach (var index in Below(at).Select(part => int.Parse(part, CultureInfo.InvariantCulture)).Distinct().Order())
        {
            var key = $"{at}:{index}";
            if (index != items.Count)
            {
                // .NET would move it up; then every message about it would name another item than the user wrote.
                _errors.Add(new ConfigurationError(key, $"must be {at}:{items.Count}: the items of a list are numbered from 0 without a hole"));
                break;
            }

            if (list.Element is SettingShape.Section section)
            {
                var item = Activator.CreateInstance(list.ElementType)!;
                BindSection(section, key, item);
                items.Add(item);
            }
            else if (Read((SettingShape.Value)list.Element, settings[key]) is { } value)
            {
                items.Add(value);
            }
            else
            {
                break;
            }
        }

        return items;
    }

    private void BindMap(SettingShape.Map map, string at, IDictionary target)
    {
        foreach (var name in Below(at))
        {
            if (Read(map.Element, settings[$"{at}:{name}"]) is { } value)
            {
                target[name] = value;
            }
        }
    }

    /// <summary>The parts that follow a key, each once.</summary>
    private IEnumerable<string> Below(string key) =>
        settings.Keys.Where(k => k.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)).Select(k => k[(key.Length + 1)..].Split(':')[0]).Distinct(StringComparer.OrdinalIgnoreCase);

    private object? Read(SettingShape.Value shape, GivenSetting setting)
    {
        var (key, given) = (setting.At.Key, setting.Given);
        if (setting.At.IsFile || IsFileTwin(setting))
        {
            var text = ReadFile(key, given);
            if (text is null || !setting.At.IsFile)
            {
                return text is null ? null : Path.GetFullPath(given.Text, workingDirectory);
            }

            given = given with { Text = text, Kind = GivenKind.Text };
        }

        if (shape.Type == typeof(Uri) && given.Text.Length == 0)
        {
            return null;
        }

        var value = SettingValue.Parse(shape.Type, given.Text, given.Kind);
        if (value is null)
        {
            var was = shape.IsSecret || setting.At.IsFile ? "" : $", was '{SettingValue.WithoutCredentials(given.Text)}'";
            Fail(key, $"must be {SettingValue.Allowed(shape.Type)}{was}", given);
        }
        else if (value is Uri url)
        {
            CheckUrl(key, url, given);
        }

        return value;
    }

    private static bool IsFileTwin(GivenSetting setting) => setting.At is { Twin: not null, Shape: SettingShape.Value { IsSecret: false } };

    private void CheckUrl(string key, Uri url, GivenValue given)
    {
        var shown = SettingValue.WithoutCredentials(url.OriginalString);
        if (url.Scheme is not ("http" or "https" or "ws" or "wss"))
        {
            Fail(key, $"must be {SettingValue.Allowed(typeof(Uri))}, was '{shown}'", given);
        }
        else if (url.Scheme is "http" or "ws" && !url.IsLoopback)
        {
            Fail(key, $"must be {url.Scheme}s: plain {url.Scheme} is for loopback addresses only, was '{shown}'", given);
        }
    }

    private string? ReadFile(string key, GivenValue given)
    {
        var path = Path.GetFullPath(given.Text, workingDirectory);
        try
        {
            var text = File.ReadAllText(path);
            // The last line break is the editor's.
            text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            if (text.Length > 0)
            {
                return text;
            }

            Fail(key, $"the file '{path}' is empty", given);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(key, $"cannot read the file '{path}': {Why(e)}", given);
        }

        return null;
    }

    private static string Why(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "it does not exist",
        UnauthorizedAccessException => "permission denied, or it is a directory",
        _ => e.Message,
    };

    private void Fail(string key, string problem, GivenValue given) => _errors.Add(new ConfigurationError(key, $"{problem} (from {given.Origin})"));
}
