namespace Tieline.Simulator.Details;

/// <summary>A query that is answered later.</summary>
/// <param name="Id">What the client asks for it by.</param>
/// <param name="Query">What it shall find.</param>
/// <param name="SubmittedAt">When it was asked for.</param>
/// <param name="CompletedAt">When it is done.</param>
/// <param name="Fails">Whether it fails rather.</param>
internal sealed record DetailsJob(string Id, DetailsQuery Query, DateTimeOffset SubmittedAt, DateTimeOffset CompletedAt, bool Fails)
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);
    private volatile bool _isCancelled;

    public DateTimeOffset ExpiresAt => SubmittedAt + Life;

    public void Cancel() => _isCancelled = true;

    public string StateAt(DateTimeOffset now) =>
        _isCancelled ? "CANCELLED"
        : now >= ExpiresAt ? "EXPIRED"
        : now < SubmittedAt + ((CompletedAt - SubmittedAt) / 4) ? "QUEUED"
        : now < CompletedAt ? "PENDING"
        : Fails ? "FAILED"
        : "FULFILLED";
}
