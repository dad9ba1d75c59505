using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>Waits before another attempt to connect. A sign that Genesys is back may end that early; what signs count for, <see cref="ReconnectPolicy"/> decides.</summary>
/// <param name="random">Numbers in [0, 1), for the jitter.</param>
internal sealed class ReconnectWait(RestHealth rest, RestProbe probe, TimeProvider time, Func<double> random)
{
    /// <summary>No attempt follows another sooner.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    /// <summary>After a sign, at most this: everybody's clients come back at once.</summary>
    public static readonly TimeSpan Jitter = TimeSpan.FromSeconds(1);

    /// <param name="delay">What the policy has said last, from now on: the attempt has just failed, or the connection has just ended.</param>
    /// <returns>How much of <paramref name="delay"/> a sign has spared; zero where it is over.</returns>
    public async Task<TimeSpan> WaitAsync(TimeSpan delay, ReconnectPolicy policy, CancellationToken cancellation)
    {
        if (!policy.MayEndEarly)
        {
            await Task.Delay(delay, time, cancellation);
            return TimeSpan.Zero;
        }

        var began = time.GetMonotonicTime();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var full = Task.Delay(delay, time, enough.Token);
        var probing = probe.RunAsync(began, () => policy.AwaitsSign(rest.IsDown), enough.Token);
        var early = EarlyAsync(began, policy, enough.Token);
        var first = await Task.WhenAny(full, early, probing);
        await enough.CancelAsync();
        await early.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await probing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        await first;
        return first == early ? began + delay - time.GetMonotonicTime() : TimeSpan.Zero;
    }

    private async Task EarlyAsync(MonotonicTime began, ReconnectPolicy policy, CancellationToken cancellation)
    {
        for (var next = rest.AnsweredAsync(); !policy.TakeSign(rest.Sign, began); next = rest.AnsweredAsync())
            await next.WaitAsync(cancellation);
        var shortest = began + Shortest - time.GetMonotonicTime();
        await Task.Delay((shortest > TimeSpan.Zero ? shortest : TimeSpan.Zero) + (Jitter * random()), time, cancellation);
    }
}
