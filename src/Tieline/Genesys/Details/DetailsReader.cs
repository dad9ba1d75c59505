using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Tieline.Genesys;

/// <summary>Reads all conversations of a span, page by page. Safe from any thread; each read is one chain of calls.</summary>
/// <param name="random">Numbers in [0, 1), for the jitter.</param>
internal sealed class DetailsReader(DetailsClient client, RestBudget budget, TimeProvider time, Func<double> random, ILogger<DetailsReader> logger)
{
    private static readonly DetailsCursor _nowhere = new(DateTimeOffset.MinValue, DateTimeOffset.MinValue, 1);

    private readonly DetailsTrouble _trouble = new(logger);

    /// <summary>So many conversations are asked for in one call.</summary>
    public const int AtOnce = 50;

    /// <summary>A region that refuses the call for several so often is not asked that way again.</summary>
    private const int MaxRefusals = 2;

    private int _refusals;

    /// <summary>One call after the other, by their ids.</summary>
    /// <param name="take">Gets each page, which is disposed of when it returns.</param>
    /// <param name="unknown">Told of each that Genesys does not know.</param>
    /// <inheritdoc cref="ReadAsync(DetailsSpan, DetailsCursor?, Func{DetailsPage, DetailsCursor, CancellationToken, ValueTask}, CancellationToken)"/>
    public async Task<DetailsAnswer> ReadAsync(IEnumerable<string> conversations, Func<DetailsPage, CancellationToken, ValueTask> take, Action<string> unknown, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var tally = new DetailsTally(new DetailsSpan(now, now, []), now, (page, _, stop) => take(page, stop));
        var calls = new DetailsCalls(budget, _trouble, time, random);
        foreach (var some in conversations.Chunk(AtOnce))
        {
            var isTogether = some.Length > 1 && _refusals < MaxRefusals && !some.Any(id => id.Contains(',', StringComparison.Ordinal));
            if (!(isTogether ? await TryReadTogetherAsync(some, calls, tally, unknown, cancellation) : await TryReadOneByOneAsync(some, calls, tally, unknown, cancellation)))
                break;
        }

        return tally.Answer();
    }

    /// <summary>So many conversations refused one after the other are not their own fault.</summary>
    private const int MaxInARow = 5;

    /// <inheritdoc cref="TryReadOneByOneAsync"/>
    private async Task<bool> TryReadTogetherAsync(string[] some, DetailsCalls calls, DetailsTally tally, Action<string> unknown, CancellationToken cancellation)
    {
        var outcome = await calls.MakeAsync(attempt => client.ReadConversationsAsync(some, attempt), cancellation);
        if (outcome is DetailsOutcome.Refused or DetailsOutcome.Retry { IsOfThisCall: true })
        {
            if (outcome is DetailsOutcome.Refused)
                _refusals++;
            return await TryReadOneByOneAsync(some, calls, tally, unknown, cancellation);
        }

        if (outcome is not DetailsOutcome.Page { Content: var content })
        {
            Fail(outcome, tally);
            return false;
        }

        using var page = content;
        _refusals = 0;
        var known = page.Conversations.Select(IdOf).ToHashSet(StringComparer.Ordinal);
        await tally.TakeAsync(page, _nowhere, cancellation);
        foreach (var id in some.Where(id => !known.Contains(id)))
            unknown(id);
        return true;
    }

    /// <returns>False: it cannot go on, and the tally knows why.</returns>
    private async Task<bool> TryReadOneByOneAsync(string[] some, DetailsCalls calls, DetailsTally tally, Action<string> unknown, CancellationToken cancellation)
    {
        var inARow = 0;
        foreach (var id in some)
        {
            var outcome = await calls.MakeAsync(attempt => client.ReadConversationAsync(id, attempt), cancellation);
            switch (outcome)
            {
                case DetailsOutcome.Page { Content: var content }:
                    using (content)
                        await tally.TakeAsync(content, _nowhere, cancellation);
                    inARow = 0;
                    break;
                case DetailsOutcome.Unknown:
                    unknown(id);
                    inARow = 0;
                    break;
                case DetailsOutcome.Refused { IsOfThisCall: true } or DetailsOutcome.Retry { IsOfThisCall: true } when ++inARow < MaxInARow:
                    tally.Refused++; // one that the client may not see, say, keeps nobody from the others
                    break;
                default:
                    Fail(outcome, tally);
                    return false;
            }
        }

        return true;
    }

    private void Fail(DetailsOutcome outcome, DetailsTally tally)
    {
        _trouble.Note(outcome);
        tally.Fail((outcome as DetailsOutcome.Retry)?.Reason ?? (outcome as DetailsOutcome.Refused)?.Reason ?? "Genesys gave no conversation", (outcome as DetailsOutcome.Retry)?.After);
    }

    private static string? IdOf(JsonElement conversation) => conversation.TryGetProperty("conversationId", out var id) && id.ValueKind == JsonValueKind.String ? DetailsReply.Text(id) : null;

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
