namespace Tieline.FunctionalTests.Support;

/// <summary>The one way to wait: for a condition that can be seen from outside, with a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks until there is something.</summary>
    /// <param name="look">Null: not yet. <see cref="HttpRequestException"/> and <see cref="IOException"/> count as not yet.</param>
    /// <param name="otherwise">What the failure says, asked for only then.</param>
    /// <returns>What was found, and how long it took.</returns>
    public static async Task<(T Found, TimeSpan After)> FindAsync<T>(Func<Task<T?>> look, TimeSpan within, Func<string> otherwise)
        where T : class
    {
        var cancellation = TestContext.Current.CancellationToken;
        var startedAt = TimeProvider.System.GetTimestamp();
        Exception? last = null;
        while (true)
        {
            try
            {
                if (await look() is { } found)
                    return (found, TimeProvider.System.GetElapsedTime(startedAt));
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                last = e;
            }

            if (TimeProvider.System.GetElapsedTime(startedAt) > within)
                throw new TimeoutException($"Not within {within.TotalSeconds:F1} s: {otherwise()}", last);
            await Task.Delay(_pause, TimeProvider.System, cancellation);
        }
    }

    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> TrueAsync(Func<Task<bool>> condition, TimeSpan within, Func<string> otherwise) =>
        (await FindAsync(async () => await condition() ? "" : null, within, otherwise)).After;

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, TimeSpan, Func{string})"/>
    public static Task<TimeSpan> TrueAsync(Func<bool> condition, TimeSpan within, Func<string> otherwise) =>
        TrueAsync(() => Task.FromResult(condition()), within, otherwise);
}
