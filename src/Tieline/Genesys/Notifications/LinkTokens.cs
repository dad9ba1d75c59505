namespace Tieline.Genesys;

/// <summary>The two ways for a socket to be told to go.</summary>
/// <param name="Stopping">Close with 1000.</param>
/// <param name="Aborting">Let go at once.</param>
internal readonly record struct LinkTokens(CancellationToken Stopping, CancellationToken Aborting);
