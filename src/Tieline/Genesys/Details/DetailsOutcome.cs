namespace Tieline.Genesys;

/// <summary>What one call of the details API came to.</summary>
internal abstract record DetailsOutcome
{
    private DetailsOutcome()
    {
    }

    /// <summary>A page, of the query or of a job's results. Dispose of it.</summary>
    public sealed record Page(DetailsPage Content) : DetailsOutcome;

    /// <summary>Genesys knows no such conversation (any more).</summary>
    public sealed record Unknown : DetailsOutcome;

    /// <summary>A job was accepted.</summary>
    public sealed record Submitted(string Job) : DetailsOutcome;

    /// <summary>How far a job is.</summary>
    public sealed record Polled(DetailsJobState State) : DetailsOutcome;

    /// <summary>Jobs see what happened before <paramref name="Until"/>.</summary>
    public sealed record Available(DateTimeOffset Until) : DetailsOutcome;

    /// <summary>The job is no more.</summary>
    public sealed record Deleted : DetailsOutcome;

    /// <summary>No answer that means anything: network, time-out, 408, 429, 5xx, a body that broke off or cannot be read. Again, later.</summary>
    /// <param name="After">What the answer asked for.</param>
    public sealed record Retry(string Reason, TimeSpan? After) : DetailsOutcome
    {
        /// <summary>Genesys answers this one call so: another may fare better. False: what failed concerns every call (token, budget, connection).</summary>
        public bool IsOfThisCall { get; init; }
    }

    /// <summary>401. <see cref="DetailsClient"/> tries once more with a fresh token, and makes <see cref="Refused"/> of a second one: it never gives this.</summary>
    /// <param name="Code">Genesys's error code, with a space before it; empty where there is none.</param>
    public sealed record Unauthorised(string Code) : DetailsOutcome;

    /// <summary>The same call will never do: rights, configuration, or our mistake.</summary>
    /// <param name="Reason">One sentence that says what to check.</param>
    public sealed record Refused(string Reason) : DetailsOutcome
    {
        /// <inheritdoc cref="Retry.IsOfThisCall"/>
        public bool IsOfThisCall { get; init; }
    }
}
