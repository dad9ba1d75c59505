using System.Text;
using System.Text.Json;

namespace Tieline.Service.Configuration;

/// <summary>A key, and the value of the last layer that gave it.</summary>
internal sealed record GivenSetting(SettingKey At, GivenValue Given);

/// <summary>Lays one layer over the other. A key of a later layer replaces the earlier one's; a list replaces the earlier list whole.</summary>
internal sealed class LayerMerge
{
    private readonly List<ConfigurationError> _errors = [];
    private readonly List<string> _warnings = [];
    private readonly Dictionary<string, GivenSetting> _settings = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyDictionary<string, GivenSetting> Settings => _settings;

    public IReadOnlyList<ConfigurationError> Errors => _errors;

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>What <c>CRM_WEBHOOK_URL</c> says, by the last layer that has it.</summary>
    public GivenValue? Webhook { get; private set; }

    public void Add(IEnumerable<GivenValue> layer)
    {
        var settings = new Dictionary<string, GivenSetting>(StringComparer.OrdinalIgnoreCase);
        GivenValue? webhook = null;
        foreach (var value in layer)
        {
            if (ReferenceEquals(value.Path, EnvironmentLayer.WebhookPath))
            {
                if (webhook is not null)
                {
                    Fail(EnvironmentLayer.WebhookUrl, $"given twice, as {webhook.Origin} and as {value.Origin}");
                }

                webhook = value;
                continue;
            }

            foreach (var setting in Resolve(value))
            {
                AddOnce(settings, setting);
            }
        }

        Webhook = webhook ?? Webhook;
        foreach (var list in settings.Values.Select(s => s.At.List).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).ToList())
        {
            Remove(list);
        }

        foreach (var (key, setting) in settings)
        {
            Remove(key);
            if (setting.Given.Kind == GivenKind.Null)
            {
                continue;
            }

            if (setting.At.Twin is { } twin)
            {
                Remove(twin);
            }

            _settings[key] = setting;
        }
    }

    public void Set(string key, GivenValue given) =>
        _settings[key] = new GivenSetting(SettingKey.Resolve(key.Split(':'), given.IsFile, out _)!, given);

    private void AddOnce(Dictionary<string, GivenSetting> settings, GivenSetting setting)
    {
        if (setting.At.Twin is not null && setting.Given.Text.Length == 0)
        {
            // Left empty beside its twin, as in the reference file: it says nothing.
            setting = setting with { Given = setting.Given with { Kind = GivenKind.Null } };
        }

        foreach (var key in new[] { setting.At.Key, setting.At.Twin })
        {
            if (key is not null && setting.Given.Kind != GivenKind.Null && settings.TryGetValue(key, out var earlier) && earlier.Given.Kind != GivenKind.Null && (earlier.Given.Text != setting.Given.Text || earlier.At != setting.At))
            {
                Fail(setting.At.Key, earlier.Given.Origin == setting.Given.Origin
                    ? $"given twice (from {setting.Given.Origin})"
                    : $"given twice, as {earlier.Given.Origin} and as {setting.Given.Origin}");
                return;
            }
        }

        settings[setting.At.Key] = setting;
    }

    private IEnumerable<GivenSetting> Resolve(GivenValue value)
    {
        if (SettingKey.Resolve(value.Path, value.IsFile, out var error) is not { } at)
        {
            if (IsSomebodyElses(value, error!))
            {
                _warnings.Add($"{value.Origin} is no key of the configuration and is ignored");
            }
            else
            {
                Fail(error!.Key, $"{error.Problem} (from {value.Origin})");
            }

            return [];
        }

        switch (at.Shape)
        {
            case SettingShape.Value single when value.Kind is GivenKind.EmptyList or GivenKind.EmptySection:
                return Wrong(at, value, SettingValue.Allowed(single.Type));
            case SettingShape.Value:
            case SettingShape.List when value.Kind is GivenKind.EmptyList or GivenKind.Null:
            case SettingShape.Section or SettingShape.Map when value.Kind is GivenKind.EmptySection or GivenKind.Null:
                return [new GivenSetting(at, value)];
            case SettingShape.List list when value.Kind == GivenKind.Untyped:
                return Expand(at, value, '[', list.Element is SettingShape.Value);
            case SettingShape.Section or SettingShape.Map when value.Kind == GivenKind.Untyped:
                return Expand(at, value, '{', commas: false);
            default:
                return Wrong(at, value, at.Shape is SettingShape.List ? "a list" : "a section");
        }
    }

    // A cluster that runs a service named "tieline" sets TIELINE_PORT and TIELINE_SERVICE_HOST, and nobody can help it. Only what
    // looks like a key of ours, by its separators or by its letters, can be a mistake.
    private static bool IsSomebodyElses(GivenValue value, ConfigurationError error) =>
        value.As.StartsWith(EnvironmentLayer.Prefix, StringComparison.OrdinalIgnoreCase) && value.Path.Count == 1 && !error.Problem.Contains("did you mean", StringComparison.Ordinal);

    // A variable holds one text: a list or a section in it is JSON, a list of simple values also "a, b".
    private IEnumerable<GivenSetting> Expand(SettingKey at, GivenValue value, char opening, bool commas)
    {
        var text = value.Text.Trim();
        if (text.StartsWith(opening))
        {
            try
            {
                return JsonLayer.Read(Encoding.UTF8.GetBytes(text), value.Path, value.Layer, value.As).ToList().SelectMany(Resolve);
            }
            catch (JsonException)
            {
                return Wrong(at, value, "JSON");
            }
        }

        if (!commas)
        {
            return Wrong(at, value, opening == '[' ? "a JSON list, [ … ]" : "a JSON object, { … }, or one key for each of its members");
        }

        var items = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return items.Length == 0
            ? [new GivenSetting(at, value with { Kind = GivenKind.EmptyList })]
            : items.SelectMany((item, i) => Resolve(value with { Path = [.. value.Path, i.ToString()], Text = item }));
    }

    private IEnumerable<GivenSetting> Wrong(SettingKey at, GivenValue value, string allowed)
    {
        var was = value.Kind switch
        {
            GivenKind.EmptyList => "a list",
            GivenKind.EmptySection => "a section",
            _ => "a single value",
        };
        Fail(at.Key, allowed == "JSON" ? $"is not valid JSON (from {value.Origin})" : $"must be {allowed}, was {was} (from {value.Origin})");
        return [];
    }

    private void Fail(string key, string problem)
    {
        var error = new ConfigurationError(key, problem);
        if (!_errors.Contains(error))
        {
            _errors.Add(error);
        }
    }

    private void Remove(string key)
    {
        foreach (var inside in _settings.Keys.Where(k => k.Equals(key, StringComparison.OrdinalIgnoreCase) || k.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            _settings.Remove(inside);
        }
    }
}
