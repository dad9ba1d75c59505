namespace Tieline.Service.Commands.Demo;

/// <summary>What a child of the demo may know of the user's environment. Pure.</summary>
/// <remarks>A list of what passes, not of what does not: real credentials, a real CRM's URL, a proxy or a setting that is invented
/// later must never reach a child, or simulated events could reach a real CRM.</remarks>
internal static class ScrubbedEnvironment
{
    private static readonly HashSet<string> _passing = new(StringComparer.Ordinal)
    {
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH",
        "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_ROLL_FORWARD",
    };

    /// <param name="own">Set for this child; wins over the user's.</param>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<KeyValuePair<string, string>> user, IEnumerable<KeyValuePair<string, string>> own)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in user)
        {
            if (_passing.Contains(name) || name.StartsWith("LC_", StringComparison.Ordinal))
                environment[name] = value;
        }

        foreach (var (name, value) in own)
            environment[name] = value;
        return environment;
    }
}
