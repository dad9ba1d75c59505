using Tieline.Diagnostics;

namespace Tieline.Service.Http;

/// <summary>Counts refused attempts by where they come from, and says who must wait. Nobody who is right is counted, or waits: a token has 256 bits, so this is against noise, not against guessing. Safe from any thread.</summary>
internal sealed class RefusalThrottle(TimeProvider time)
{
    /// <summary>Refused attempts in a minute; the next must wait.</summary>
    public const int Most = 10;

    /// <summary>Addresses that are told apart at most; the rest is one.</summary>
    public const int MostAddresses = 1_000;

    private const string Others = "";

    private static readonly TimeSpan _window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (MonotonicTime Ends, int Count)> _counts = new(StringComparer.Ordinal);

    /// <summary>Counts a refused attempt.</summary>
    /// <returns>How long this address must wait until it is heard again; null: it need not.</returns>
    public TimeSpan? Refused(string address)
    {
        lock (_gate)
        {
            var now = time.GetMonotonicTime();
            var key = KeyOf(address, now);
            var (ends, count) = _counts.TryGetValue(key, out var known) && now < known.Ends ? known : (now + _window, 0);
            _counts[key] = (ends, count + 1);
            return count >= Most ? ends - now : null;
        }
    }

    /// <summary>How long this address must wait, for what is not worth trying while it must; null: it need not.</summary>
    public TimeSpan? WaitOf(string address)
    {
        lock (_gate)
        {
            var now = time.GetMonotonicTime();
            return _counts.TryGetValue(KeyOf(address, now), out var known) && now < known.Ends && known.Count >= Most ? known.Ends - now : null;
        }
    }

    private string KeyOf(string address, MonotonicTime now)
    {
        if (_counts.ContainsKey(address) || _counts.Count < MostAddresses)
            return address;
        foreach (var old in _counts.Where(one => one.Value.Ends <= now).Select(one => one.Key).ToList())
            _counts.Remove(old);
        return _counts.Count < MostAddresses ? address : Others;
    }
}
