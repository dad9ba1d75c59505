namespace Tieline.Service.Configuration;

/// <summary>A file that somebody keeps a setting in: by <c>_FILE</c>, or a secret in <c>tieline.json</c> or <c>.env</c> itself.</summary>
/// <param name="Key">The setting.</param>
/// <param name="Path">Full.</param>
internal sealed record SecretFile(string Key, string Path);
