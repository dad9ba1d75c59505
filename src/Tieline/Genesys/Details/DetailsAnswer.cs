namespace Tieline.Genesys;

/// <summary>What reading a span came to.</summary>
/// <param name="IsComplete">Every page was read and taken.</param>
/// <param name="ReachesNow">The span came closer than a minute to <paramref name="AskedAt"/>: pages may have shifted, and what is newest may not have been there yet.</param>
/// <param name="AskedAt">When reading began.</param>
/// <param name="Pages">Taken this time, not before the cursor.</param>
/// <param name="Conversations">On them. The same one can come twice.</param>
/// <param name="Problem">Why it is incomplete, in a sentence.</param>
/// <param name="RetryAfter">What Genesys asked for, if it did: to ask sooner is useless.</param>
internal sealed record DetailsAnswer(bool IsComplete, bool ReachesNow, DateTimeOffset AskedAt, int Pages, long Conversations, string? Problem, TimeSpan? RetryAfter)
{
    /// <summary>How many conversations that were asked for by their ids Genesys gave no answer about.</summary>
    public int Refused { get; init; }

    /// <summary>With what a second read came to.</summary>
    public DetailsAnswer With(DetailsAnswer more) => this with
    {
        IsComplete = IsComplete && more.IsComplete,
        Pages = Pages + more.Pages,
        Conversations = Conversations + more.Conversations,
        Problem = Problem ?? more.Problem,
        RetryAfter = RetryAfter ?? more.RetryAfter,
        Refused = Refused + more.Refused,
    };
}
