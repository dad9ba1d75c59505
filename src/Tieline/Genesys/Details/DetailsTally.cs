namespace Tieline.Genesys;

/// <summary>One read as it goes: hands pages on, counts them, and keeps the first thing that went wrong.</summary>
internal sealed class DetailsTally(DetailsSpan span, DateTimeOffset askedAt, Func<DetailsPage, DetailsCursor, CancellationToken, ValueTask> take)
{
    /// <summary>Closer to now, Genesys may not have it all yet, and pages shift while they are read.</summary>
    private static readonly TimeSpan _settled = TimeSpan.FromMinutes(1);

    private int _pages;
    private long _conversations;
    private string? _problem;
    private TimeSpan? _retryAfter;

    public DetailsSpan Span => span;

    /// <inheritdoc cref="DetailsAnswer.Refused"/>
    public int Refused { get; set; }

    public async Task TakeAsync(DetailsPage page, DetailsCursor next, CancellationToken cancellation)
    {
        await take(page, next, cancellation);
        _pages++;
        _conversations += page.Conversations.Count;
    }

    public void Fail(string problem, TimeSpan? retryAfter = null)
    {
        _problem ??= problem;
        _retryAfter ??= retryAfter;
    }

    public DetailsAnswer Answer() =>
        new(IsComplete: _problem is null, ReachesNow: span.To > askedAt - _settled, askedAt, _pages, _conversations, _problem, _retryAfter) { Refused = Refused };
}
