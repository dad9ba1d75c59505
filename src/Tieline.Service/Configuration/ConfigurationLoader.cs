using System.Text.Json;
using dotenv.net;

namespace Tieline.Service.Configuration;

/// <summary>Reads the layers, lays them over each other, binds and validates them; every error of every section at once.</summary>
internal static class ConfigurationLoader
{
    public const string FileName = "tieline.json";

    private const string DotEnvName = ".env";

    private const string ShellExport = "export ";

    /// <summary>The name of the destination that <c>CRM_WEBHOOK_URL</c> belongs to.</summary>
    private const string WebhookDestination = "crm";

    public static LoadedConfiguration Load(ConfigurationSources sources)
    {
        var errors = new List<ConfigurationError>();
        var merge = new LayerMerge();
        if (!sources.OnlySet)
        {
            merge.Add(ReadFile(sources, errors));
            merge.Add(ReadDotEnv(sources, errors));
        }

        merge.Add(EnvironmentLayer.Read(sources.Environment, "environment"));
        merge.Add(ReadArguments(sources, errors));
        errors.AddRange(merge.Errors);
        PlaceWebhook(merge, errors);

        var binder = new ConfigurationBinder(merge.Settings, sources.WorkingDirectory);
        var options = binder.Bind();
        errors.AddRange(binder.Errors);
        foreach (var error in OptionsValidation.Validate(options).ToList())
        {
            // What could not be read has its default, and nothing that is said of that helps.
            if (!errors.Exists(e => $"{e.Key}:".StartsWith($"{error.Key}:", StringComparison.OrdinalIgnoreCase)))
            {
                errors.Add(Explain(error, merge));
            }
        }

        return new LoadedConfiguration(options, errors, merge.Warnings, [.. EffectiveValue.All(options, merge.Settings)]) { SecretFiles = [.. SecretFilesOf(merge, sources)], Files = [.. FilesOf(merge, sources)] };
    }

    private static IEnumerable<string> FilesOf(LayerMerge merge, ConfigurationSources sources)
    {
        IEnumerable<string> layers = sources.OnlySet ? [] : [sources.ConfigFile ?? FileName, DotEnvName];
        return layers.Concat(merge.Settings.Values.Where(setting => setting.At.IsFile && setting.Given.Text.Length > 0).Select(setting => setting.Given.Text))
            .Select(file => Path.GetFullPath(file, sources.WorkingDirectory)).Distinct(StringComparer.Ordinal);
    }

    private static IEnumerable<SecretFile> SecretFilesOf(LayerMerge merge, ConfigurationSources sources)
    {
        foreach (var (at, given) in merge.Settings.Values.Where(setting => setting.Given.Text.Length > 0))
        {
            var file = at switch
            {
                { IsFile: true } or { Twin: not null, Shape: SettingShape.Value { IsSecret: false } } => given.Text,
                { Shape: SettingShape.Value { IsSecret: true } } when given.Layer == "file" => sources.ConfigFile ?? FileName,
                { Shape: SettingShape.Value { IsSecret: true } } when given.Layer == DotEnvName => DotEnvName,
                _ => null,
            };
            if (file is not null)
                yield return new SecretFile(at.Key, Path.GetFullPath(file, sources.WorkingDirectory));
        }
    }

    private static IEnumerable<GivenValue> ReadFile(ConfigurationSources sources, List<ConfigurationError> errors)
    {
        var name = sources.ConfigFile ?? FileName;
        var path = Path.GetFullPath(name, sources.WorkingDirectory);
        if (!File.Exists(path))
        {
            if (sources.ConfigFile is not null)
            {
                errors.Add(new ConfigurationError($"--config {name}", "no such file"));
            }

            return [];
        }

        try
        {
            return JsonLayer.Read(File.ReadAllBytes(path), [], "file", name);
        }
        catch (JsonException e)
        {
            errors.Add(new ConfigurationError(name, $"is not JSON: line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}"));
        }
        catch (FormatException e)
        {
            errors.Add(new ConfigurationError(name, e.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ConfigurationError(name, $"cannot be read: {e.Message}"));
        }

        return [];
    }

    private static List<GivenValue> ReadDotEnv(ConfigurationSources sources, List<ConfigurationError> errors)
    {
        var path = Path.Combine(sources.WorkingDirectory, DotEnvName);
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            // "export X=1", so that a shell can read the file too.
            var variables = DotEnv.Fluent().WithExceptions().WithEnvFiles(path).WithTrimValues().Read()
                .Select(v => KeyValuePair.Create(v.Key.StartsWith(ShellExport, StringComparison.Ordinal) ? v.Key[ShellExport.Length..].TrimStart() : v.Key, v.Value));
            return [.. EnvironmentLayer.Read(variables, DotEnvName)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or FormatException)
        {
            errors.Add(new ConfigurationError(DotEnvName, "cannot be read as lines of NAME=value"));
            return [];
        }
    }

    private static List<GivenValue> ReadArguments(ConfigurationSources sources, List<ConfigurationError> errors)
    {
        var values = new List<GivenValue>();
        foreach (var argument in sources.Set)
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                // Not repeated: it may be a secret whose key was forgotten.
                errors.Add(new ConfigurationError("--set", "must be Key=Value, such as --set Genesys:Region=mypurecloud.de"));
                continue;
            }

            var key = argument[..equals].Trim();
            values.RemoveAll(v => string.Join(':', v.Path).Equals(key, StringComparison.OrdinalIgnoreCase));
            values.Add(new GivenValue(key.Split(':'), argument[(equals + 1)..], GivenKind.Untyped, "--set", "--set"));
        }

        return values;
    }

    /// <summary>
    /// <c>CRM_WEBHOOK_URL</c> is the URL of the destination <c>crm</c>: it makes it when no destination is listed, and fills it in
    /// when it is listed without one. Where the list says otherwise neither wins: a webhook that goes elsewhere than its reader
    /// thinks is worse than a start refused.
    /// </summary>
    private static void PlaceWebhook(LayerMerge merge, List<ConfigurationError> errors)
    {
        if (merge.Webhook is not { } webhook)
        {
            return;
        }

        var indexes = merge.Settings.Keys.Where(k => k.StartsWith("Destinations:", StringComparison.OrdinalIgnoreCase)).Select(k => k.Split(':')[1]).Distinct().ToList();
        if (indexes.Count == 0)
        {
            merge.Set("Destinations:0:Url", webhook);
            return;
        }

        var named = indexes.Find(i => !merge.Settings.TryGetValue($"Destinations:{i}:Name", out var name) || name.Given.Text == WebhookDestination);
        if (named is null)
        {
            errors.Add(new ConfigurationError(EnvironmentLayer.WebhookUrl, $"is the URL of the destination '{WebhookDestination}', and Destinations lists none of that name; unset it or add one (from {webhook.Origin})"));
        }
        else if (!merge.Settings.TryGetValue($"Destinations:{named}:Url", out var url) || url.Given.Text.Length == 0)
        {
            merge.Set($"Destinations:{named}:Url", webhook);
        }
        else if (url.Given.Text != webhook.Text || url.At.IsFile != webhook.IsFile)
        {
            errors.Add(new ConfigurationError(EnvironmentLayer.WebhookUrl, $"is not the URL that Destinations:{named}:Url gives; unset one of them (from {webhook.Origin} and {url.Given.Origin})"));
        }
    }

    // The one surprise of lists: a variable that sets one member of a list's item replaces the list.
    private static ConfigurationError Explain(ConfigurationError error, LayerMerge merge)
    {
        if (!error.Problem.StartsWith("required", StringComparison.Ordinal))
        {
            return error;
        }

        var item = error.Key[..(error.Key.LastIndexOf(':') + 1)];
        var given = item.StartsWith("Destinations:", StringComparison.Ordinal) || item.StartsWith("Filter:Rules:", StringComparison.Ordinal)
            ? merge.Settings.FirstOrDefault(s => s.Key.StartsWith(item, StringComparison.OrdinalIgnoreCase)).Value
            : null;
        return given is null || given.Given.Layer == "file"
            ? error
            : error with { Problem = $"{error.Problem} (the list comes whole from {given.Given.Origin}: a later layer replaces an earlier list)" };
    }
}
