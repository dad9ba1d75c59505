namespace Tieline.Journal;

/// <summary>One failed attempt, as the journal keeps it: of an entry the first 2 and the last 8.</summary>
/// <param name="Number">From 1, earlier runs counted in.</param>
/// <param name="Outcome">Why it failed, in a word from a closed set: <c>rejected</c>, <c>timed-out</c>, …</param>
/// <param name="Status">Null where no answer came.</param>
/// <param name="Answer">What is kept of the answer: its codes, or masked text; null where it had no body, or it was not read.</param>
internal sealed record AttemptRecord(int Number, DateTimeOffset At, string Outcome, int? Status, TimeSpan Duration, string? Answer)
{
    /// <summary>So many of the first are kept.</summary>
    public const int First = 2;

    /// <summary>So many of the last are kept.</summary>
    public const int Last = 8;
}
