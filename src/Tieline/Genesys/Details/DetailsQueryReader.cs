namespace Tieline.Genesys;

/// <summary>Reads one slice by the query.</summary>
internal sealed class DetailsQueryReader(DetailsClient client, DetailsCalls calls, DetailsTrouble trouble)
{
    /// <returns>False: it cannot go on, and the tally knows why. True: read, or cut anew; go on with the slice that is current then.</returns>
    public async Task<bool> TryReadAsync(DetailsSlices slices, DetailsTally tally, CancellationToken cancellation)
    {
        var slice = slices.Current!.Value;
        for (var number = slices.ResumedAt is { Job: null } resumed ? Math.Max(1, resumed.Page) : 1; number <= DetailsQuery.MaxPage; number++)
        {
            var (outcome, shortPage) = await AskAsync(new DetailsQuery(tally.Span with { From = slice.From, To = slice.To }, number), cancellation);
            using var content = (outcome as DetailsOutcome.Page)?.Content ?? shortPage;
            if (outcome is DetailsOutcome.Page { Content: var page })
            {
                if (number == 1 && slices.TryRecut(page.TotalHits))
                    return true;
                var isLast = page.Conversations.Count < DetailsQuery.PageSize || (number == DetailsQuery.MaxPage && page.TotalHits == DetailsQuery.MaxHits);
                await tally.TakeAsync(page, isLast ? slices.Following : new DetailsCursor(slice.From, slice.To, number + 1), cancellation);
                if (!isLast)
                    continue;
                slices.Next();
                return true;
            }

            trouble.Note(outcome);

            // What a short page has is not lost, but the same page is still to be read.
            if (shortPage is not null)
                await tally.TakeAsync(shortPage, new DetailsCursor(slice.From, slice.To, number), cancellation);
            tally.Fail(ReasonOf(outcome), (outcome as DetailsOutcome.Retry)?.After);
            return false;
        }

        tally.Fail($"{slice} has more than {DetailsQuery.MaxHits} conversations, and Genesys pages no further");
        slices.Next();
        return true;
    }

    /// <summary>Asks until the page is whole: one that is short although more hits are promised is asked for again.</summary>
    /// <returns>And the last such page, where no whole one came.</returns>
    private async Task<(DetailsOutcome Outcome, DetailsPage? ShortPage)> AskAsync(DetailsQuery query, CancellationToken cancellation)
    {
        DetailsPage? shortPage = null;
        try
        {
            var outcome = await calls.MakeAsync(
                async attempt =>
                {
                    var answer = await client.QueryAsync(query, attempt);
                    if (answer is not DetailsOutcome.Page { Content: var page } || !IsShort(query, page))
                        return answer;
                    shortPage?.Dispose();
                    shortPage = page;
                    return new DetailsOutcome.Retry($"page {query.Page} has {page.Conversations.Count} conversations where {page.TotalHits} on all pages are promised", null);
                },
                cancellation);
            if (outcome is DetailsOutcome.Page)
            {
                shortPage?.Dispose();
                shortPage = null;
            }

            return (outcome, shortPage);
        }
        catch
        {
            shortPage?.Dispose();
            throw;
        }
    }

    private static bool IsShort(DetailsQuery query, DetailsPage page) =>
        page.Conversations.Count < DetailsQuery.PageSize && (long)query.Page * DetailsQuery.PageSize < page.TotalHits;

    private static string ReasonOf(DetailsOutcome outcome) => outcome switch
    {
        DetailsOutcome.Retry retry => retry.Reason,
        DetailsOutcome.Refused refused => refused.Reason,
        _ => "Genesys gave no page",
    };
}
