namespace Tieline.Service.Configuration;

/// <param name="Options">Whole only when there are no <paramref name="Errors"/>.</param>
internal sealed record LoadedConfiguration(
    TielineOptions Options, IReadOnlyList<ConfigurationError> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<EffectiveValue> Values)
{
    /// <summary>Every file that others should not be able to read.</summary>
    public IReadOnlyList<SecretFile> SecretFiles { get; init; } = [];
}
