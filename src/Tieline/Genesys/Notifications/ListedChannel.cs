namespace Tieline.Genesys;

/// <summary>A channel that the OAuth client has, whoever made it. Genesys masks the ids of those made with another token.</summary>
/// <param name="ExpiresAt">Null where Genesys does not say.</param>
internal sealed record ListedChannel(Secret Id, DateTimeOffset? ExpiresAt);
