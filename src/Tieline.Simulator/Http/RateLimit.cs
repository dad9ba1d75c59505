using Tieline.Simulator.Details;

namespace Tieline.Simulator.Http;

/// <summary>Requests of each client in its running minute, which begins with its first request.</summary>
internal sealed class RateLimit(DetailsSettings settings, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DateTimeOffset Since, int Count)> _clients = new(StringComparer.Ordinal);

    /// <summary>Counts one more.</summary>
    public RateFigures Take(string clientId)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var (since, count) = _clients.GetValueOrDefault(clientId);
            if (now - since >= Window)
            {
                (since, count) = (now, 0);
            }
            _clients[clientId] = (since, ++count);
            var allowed = settings.RequestsPerMinute;
            var reset = Math.Max(1, (int)Math.Ceiling((since + Window - now).TotalSeconds));
            return new RateFigures(count, allowed, reset, allowed > 0 && count > allowed);
        }
    }
}

/// <param name="Count">Requests in this minute.</param>
/// <param name="Allowed">How many may be; 0: any number.</param>
/// <param name="Reset">Seconds to the next minute.</param>
/// <param name="IsOver">Whether this one is too many.</param>
internal readonly record struct RateFigures(int Count, int Allowed, int Reset, bool IsOver);
