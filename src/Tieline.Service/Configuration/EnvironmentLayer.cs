namespace Tieline.Service.Configuration;

/// <summary>The variables of an environment, or of a <c>.env</c> file, that are ours.</summary>
internal static class EnvironmentLayer
{
    public const string Prefix = "TIELINE_";

    public const string WebhookUrl = "CRM_WEBHOOK_URL";

    /// <summary>The path under which <see cref="WebhookUrl"/> travels; no key of the configuration looks like it.</summary>
    public static readonly string[] WebhookPath = [WebhookUrl];

    private static readonly Dictionary<string, string[]> PlainNames = new()
    {
        ["GENESYS_CLIENT_ID"] = ["Genesys", "ClientId"],
        ["GENESYS_CLIENT_SECRET"] = ["Genesys", "ClientSecret"],
        [WebhookUrl] = WebhookPath,
    };

    public static IEnumerable<GivenValue> Read(IEnumerable<KeyValuePair<string, string>> variables, string layer)
    {
        foreach (var (name, text) in variables.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            var isFile = name.EndsWith(SettingKey.FileSuffix, StringComparison.Ordinal);
            if (PlainNames.TryGetValue(isFile ? name[..^SettingKey.FileSuffix.Length] : name, out var path))
            {
                // An empty variable is how a shell or a compose file leaves one out.
                if (text.Length > 0)
                {
                    yield return new GivenValue(path, text, GivenKind.Untyped, layer, name) { IsFile = isFile };
                }
            }
            else if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                yield return new GivenValue(name[Prefix.Length..].Split("__"), text, GivenKind.Untyped, layer, name);
            }
        }
    }
}
