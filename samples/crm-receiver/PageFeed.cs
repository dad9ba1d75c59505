using System.Runtime.CompilerServices;

namespace CrmReceiver;

/// <summary>What an open page is sent: everything once, then what is new, four times a second. A slow page is sent less often and misses
/// arrivals that have left the list; it never holds up a delivery.</summary>
internal sealed class PageFeed(Inbox inbox, TimeProvider time, IHostApplicationLifetime lifetime)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Sent even if nothing has changed, so that the page's events per second fall to zero when none come.</summary>
    private const int TicksPerHeartbeat = 4;

    public async IAsyncEnumerable<PageUpdate> ReadAsync([EnumeratorCancellation] CancellationToken aborted = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        var sent = inbox.Since(0);
        yield return sent;
        for (var quiet = 0; ; quiet++)
        {
            await Task.Delay(Interval, time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested)
                yield break;
            var update = inbox.Since(sent.Number);
            if (update.Number == sent.Number && update.Stats == sent.Stats && quiet < TicksPerHeartbeat)
                continue;
            quiet = 0;
            sent = update;
            yield return update;
        }
    }
}
