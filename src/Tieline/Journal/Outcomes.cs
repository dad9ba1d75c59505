namespace Tieline.Journal;

/// <summary>How an entry was settled, as the table <c>delivery</c> says it. Stored: names never change.</summary>
internal static class Outcomes
{
    public const string Delivered = "delivered";

    public const string DeadLettered = "dead-lettered";

    /// <summary>It is a copy that was made for another destination.</summary>
    public const string Skipped = "skipped";

    /// <summary>The destination's own filter does not let it through.</summary>
    public const string Filtered = "filtered";

    /// <summary>It waits behind a dead letter of its conversation, or is one that goes out again.</summary>
    public const string Waiting = "waiting";

    /// <summary>It was a dead letter, and a person decided that it never goes out.</summary>
    public const string Discarded = "discarded";
}
