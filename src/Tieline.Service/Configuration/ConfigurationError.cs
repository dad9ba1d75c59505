namespace Tieline.Service.Configuration;

/// <summary>One thing that is wrong with the configuration. Never holds a secret.</summary>
/// <param name="Key">The key, <c>Genesys:Region</c>, or where a file or an argument as a whole is at fault, its name.</param>
/// <param name="Problem">What is allowed, the value seen, and what to do.</param>
internal sealed record ConfigurationError(string Key, string Problem)
{
    public override string ToString() => $"{Key}: {Problem}";
}
