namespace Tieline.Simulator.Streams;

internal sealed record IssuedToken(string Value, string ClientId, string[] Scopes, DateTimeOffset ExpiresAt);
