namespace Tieline.Genesys;

/// <summary>What Genesys made of one topic.</summary>
/// <param name="Topic">As it was asked for, or, of a combined one that is refused in part, expanded.</param>
/// <param name="MissingPermissions">Those that Genesys names; none where it permits, or does not say.</param>
internal sealed record TopicResult(string Topic, bool IsPermitted, IReadOnlyList<string> MissingPermissions);
