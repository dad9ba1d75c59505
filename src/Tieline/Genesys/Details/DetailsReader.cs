using Microsoft.Extensions.Logging;

namespace Tieline.Genesys;

/// <summary>Reads all conversations of a span, page by page. Safe from any thread; each read is one chain of calls.</summary>
/// <param name="random">Numbers in [0, 1), for the jitter.</param>
internal sealed class DetailsReader(DetailsClient client, RestBudget budget, TimeProvider time, Func<double> random, ILogger<DetailsReader> logger)
{
    private readonly DetailsTrouble _trouble = new(logger);

    /// <summary>One call after the other, in the order in which the conversations started. It may go over the same conversation twice, or over one outside the span.</summary>
    /// <param name="resumeAt">What an earlier read's <paramref name="take"/> was last told; null: from the start.</param>
    /// <param name="take">Gets each page, and where the next one begins: once the page is stored, that is where to resume. The page is disposed of when it returns.</param>
    /// <returns>Throws for cancellation, and what <paramref name="take"/> throws; all else is in the answer.</returns>
    public async Task<DetailsAnswer> ReadAsync(
        DetailsSpan span, DetailsCursor? resumeAt, Func<DetailsPage, DetailsCursor, CancellationToken, ValueTask> take, CancellationToken cancellation)
    {
        var tally = new DetailsTally(span, time.GetUtcNow(), take);
        var calls = new DetailsCalls(budget, _trouble, time, random);
        var query = new DetailsQueryReader(client, calls, _trouble);
        var jobs = new DetailsJobReader(client, calls, _trouble, time);
        var slices = new DetailsSlices(span, resumeAt);
        var isJobWorthIt = slices.Current is not null && await jobs.ReachesAsync(span, cancellation);
        while (slices.Current is { } slice)
        {
            cancellation.ThrowIfCancellationRequested();
            if (isJobWorthIt && slice.Length > DetailsJobReader.Shortest)
                isJobWorthIt = await jobs.TryReadAsync(slices, tally, cancellation);
            else if (!await query.TryReadAsync(slices, tally, cancellation))
                break;
        }

        return tally.Answer();
    }
}
