namespace Tieline.Delivery;

/// <summary>Answers that mean "slower, please" in a body, under a status that means something else. Pure.</summary>
internal static class ThrottleSigns
{
    /// <summary>Salesforce's code, under 403, without a <c>Retry-After</c>: the org's calls of the last 24 hours, or the long ones at once, are used up.</summary>
    public const string SalesforceLimit = "REQUEST_LIMIT_EXCEEDED";

    /// <summary>Calls become free as they leave the window of 24 hours: asking more often would use them up by itself.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    /// <param name="outcome">With its answer.</param>
    public static DeliveryOutcome Heed(DeliveryOutcome outcome) =>
        outcome is DeliveryOutcome.BackOff { Reason: BackOffReason.Misconfigured, Status: 403, Answer: { } answer } && answer.Contains(SalesforceLimit, StringComparison.Ordinal)
            ? new DeliveryOutcome.BackOff(BackOffReason.Throttled, 403, Hold) { Answer = answer, IsAboutAll = true }
            : outcome;
}
