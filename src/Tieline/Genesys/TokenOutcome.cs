using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>What asking for a token came to.</summary>
internal abstract record TokenOutcome
{
    private TokenOutcome()
    {
    }

    /// <param name="ExpiresAt">For people: what the system clock shows then, if nobody sets it.</param>
    /// <param name="EndsAt">The same on the clock that waits are measured on: Genesys names a duration.</param>
    /// <param name="RenewAt">From when on a new one is fetched: a minute early, or at half the life of a short-lived one.</param>
    public sealed record Granted(Secret Token, DateTimeOffset ExpiresAt, MonotonicTime EndsAt, MonotonicTime RenewAt) : TokenOutcome;

    /// <summary>Genesys does not accept the credentials. Nothing but a person can change that.</summary>
    /// <param name="Reason">One sentence that says what to check.</param>
    public sealed record Refused(string Reason) : TokenOutcome;

    /// <summary>No answer that means anything: network, time-out, 429, 5xx. Again, later.</summary>
    /// <param name="RetryAfter">What the answer asked for.</param>
    public sealed record Unavailable(string Reason, TimeSpan? RetryAfter) : TokenOutcome;
}
