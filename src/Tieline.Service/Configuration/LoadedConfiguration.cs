namespace Tieline.Service.Configuration;

/// <param name="Options">Whole only when there are no <paramref name="Errors"/>.</param>
internal sealed record LoadedConfiguration(
    TielineOptions Options, IReadOnlyList<ConfigurationError> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<EffectiveValue> Values)
{
    /// <summary>Every file that others should not be able to read.</summary>
    public IReadOnlyList<SecretFile> SecretFiles { get; init; } = [];

    /// <summary>Full paths of the files that it was read from, or would be if they were there. Not those that are read again whenever they are needed (<c>ClientSecretFile</c> and its like).</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
}
