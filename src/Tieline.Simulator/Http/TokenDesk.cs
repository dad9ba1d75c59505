using Tieline.Simulator.Streams;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Http;

/// <summary>Tokens issued and not yet revoked. A new one leaves the old ones as they are.</summary>
internal sealed class TokenDesk(GenesysSimulatorOptions options, TimeProvider time, Dice dice)
{
    public static readonly string[] RequiredScopes = ["analytics:conversation:view"];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, IssuedToken> _tokens = new(StringComparer.Ordinal);

    public long Issued { get; private set; }

    /// <param name="scopes">Empty: all that the client has.</param>
    public IssuedToken Issue(string clientId, string[] scopes)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var old in _tokens.Values.Where(t => t.ExpiresAt <= now).ToList())
            {
                _tokens.Remove(old.Value);
            }
            var value = $"simulated-{dice.Uuid():N}{dice.Uuid():N}";
            var token = new IssuedToken(value, clientId, scopes, now.AddSeconds(options.ExpiresIn));
            _tokens.Add(value, token);
            Issued++;
            return token;
        }
    }

    /// <returns>Null when it is unknown, revoked or has expired.</returns>
    public IssuedToken? Find(string value)
    {
        lock (_gate)
        {
            return _tokens.TryGetValue(value, out var token) && token.ExpiresAt > time.GetUtcNow() ? token : null;
        }
    }

    public static bool HasScopes(IssuedToken token) => token.Scopes.Length == 0 || RequiredScopes.All(token.Scopes.Contains);

    public void RevokeAll()
    {
        lock (_gate)
        {
            _tokens.Clear();
        }
    }
}
