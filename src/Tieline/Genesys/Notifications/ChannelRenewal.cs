using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>When a channel is replaced because of its age. Pure.</summary>
internal static class ChannelRenewal
{
    /// <summary>So long ahead of its end, and up to as much again, so that several do not come due at once.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromMinutes(30);

    /// <summary>Of a short life, at least this part is lived.</summary>
    private const double LivedPart = 0.8;

    /// <summary>However short a life: none is replaced sooner than this.</summary>
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(1);

    /// <param name="now">When the channel was made.</param>
    /// <param name="steady">The same moment, on the clock that waits are measured on.</param>
    /// <param name="random">A random number in [0, 1).</param>
    /// <returns>How long from <paramref name="now"/>. The channel ends with itself or with its token, whichever is sooner.</returns>
    public static TimeSpan DueIn(NotificationChannel channel, DateTimeOffset now, MonotonicTime steady, double random)
    {
        var ofChannel = channel.ExpiresAt - now;
        var ofToken = channel.Grant.EndsAt - steady;

        // One that has ended when it begins: the clocks differ, and only the token's life, which is a duration, is known.
        var life = ofChannel > TimeSpan.Zero && ofChannel < ofToken ? ofChannel : ofToken;
        var early = life - (Ahead * (1 + random));
        var late = life * LivedPart;
        var due = early > late ? early : late;
        return due > _shortest ? due : _shortest;
    }
}
