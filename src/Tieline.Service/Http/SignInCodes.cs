using System.Security.Cryptography;
using Tieline.Diagnostics;

namespace Tieline.Service.Http;

/// <summary>Codes that each sign a browser in once, so that no link holds a token: a browser keeps the links it was given. Held in memory; safe from any thread.</summary>
internal sealed class SignInCodes(TimeProvider time)
{
    /// <summary>That wait to be used. One more, and the oldest is worth nothing.</summary>
    public const int Most = 16;

    /// <summary>How long one holds unless asked otherwise.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    /// <summary>How long one holds at most: one that is printed at a start waits for somebody to look.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly List<Code> _codes = [];

    /// <param name="token">Whose session it begins.</param>
    /// <returns>128 random bits, 32 lower-case hex digits.</returns>
    public string Make(AccessToken token, TimeSpan holds)
    {
        var text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        lock (_gate)
        {
            var now = time.GetMonotonicTime();
            _codes.RemoveAll(code => code.Ends <= now);
            if (_codes.Count >= Most)
                _codes.RemoveAt(0);
            _codes.Add(new Code(AccessToken.HashOf(text), token, now + holds));
        }

        return text;
    }

    /// <summary>Uses a code. Takes the same time for any text: it is held against every code.</summary>
    /// <returns>Null: it was used, has expired, or never was.</returns>
    public AccessToken? Take(string given)
    {
        var hash = AccessToken.HashOf(given);
        lock (_gate)
        {
            var found = -1;
            for (var i = 0; i < _codes.Count; i++)
            {
                if (CryptographicOperations.FixedTimeEquals(hash, _codes[i].Hash))
                    found = i;
            }

            if (found < 0)
                return null;
            var code = _codes[found];
            _codes.RemoveAt(found);
            return time.GetMonotonicTime() < code.Ends ? code.Token : null;
        }
    }

    private sealed record Code(byte[] Hash, AccessToken Token, MonotonicTime Ends);
}
