namespace Tieline.Sequencing;

/// <summary><c>Gaps</c></summary>
internal sealed class GapOptions
{
    public const string Section = "Gaps";

    /// <summary>How long a hole may fill itself before it is confirmed as a gap, and what came behind it waits. From 0 to 1 minute.</summary>
    /// <value>2 s</value>
    public TimeSpan ReorderWindow { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A gap of this many missing events or fewer is recorded, and not fetched. From 0 to 1,000,000.</summary>
    /// <value>0</value>
    public long Tolerance { get; set; }

    /// <summary>How long, from when a hole was seen, delivery of what came behind it waits for the backfill, once an ask has failed. From 0 (it does not) to 5 minutes. Receiving never waits.</summary>
    /// <value>5 s</value>
    public TimeSpan HoldFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long, from when a hole was seen, it waits where the answer is on its way: nobody has refused it or failed to give it. The order of a conversation's events is worth more than these seconds. Never less than <see cref="HoldFor"/>; of no effect where that is 0. From 0 to 5 minutes.</summary>
    /// <value>30 s</value>
    public TimeSpan HoldAtMost { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What <see cref="HoldAtMost"/> comes to.</summary>
    internal TimeSpan LongestHold => HoldFor == TimeSpan.Zero || HoldAtMost < HoldFor ? HoldFor : HoldAtMost;

    /// <summary>How far apart two paths may date the same fact. From 0 to 1 minute.</summary>
    /// <value>2 s</value>
    public TimeSpan SameWithin { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>So much before and after a gap belongs to what is asked for and taken; to the first ask, which delivery waits for, at most 5 s. From 0 to 1 hour.</summary>
    /// <value>1 minute</value>
    public TimeSpan Margin { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>When to ask, after a gap was found; from the last on, as often as the last. Rising; at least one, none above 30 days.</summary>
    /// <value>0, 2, 5, 10 and 30 s, 2 and 10 minutes, 1 hour</value>
    public IList<TimeSpan> AskAfter { get; set; } =
    [
        TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1),
    ];

    /// <summary>An answer that brings nothing new closes a gap if it was asked for at least so long after the gap's end: Genesys's records lag. From 1 second to 1 hour.</summary>
    /// <value>2 minutes</value>
    public TimeSpan SettledAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long before a gap a conversation may have begun and still be found by its time: Genesys finds conversations by the day on which they started. Older ones are asked for by their ids, as far as the journal has events of them and no end. From 1 hour to 31 days; null: a day for voice alone, else two.</summary>
    /// <value>Null</value>
    public TimeSpan? Reach { get; set; }

    /// <summary>A gap that could not be closed while Tieline ran for so long, and was asked for twice at least, is abandoned: listed, alerted, and no longer asked for. From 1 minute to 30 days.</summary>
    /// <value>1 day</value>
    public TimeSpan AbandonAfter { get; set; } = TimeSpan.FromDays(1);
}
