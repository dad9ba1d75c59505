namespace Tieline.Delivery;

/// <summary>The error codes of five CRMs, and what each makes of an answer. Without a setting: an answer's shape tells whose it is.</summary>
internal static class VendorCodes
{
    /// <summary>Nothing says when a quota or storage is free again, and asking costs a call: so long the destination is held before it is asked again.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    public static IReadOnlyList<VendorTable> Tables { get; } = [SalesforceCodes.Table, HubSpotCodes.Table, ZendeskCodes.Table, DynamicsCodes.Table, ServiceNowCodes.Table];

    /// <summary>What the code makes of what the status said. Pure.</summary>
    /// <param name="code">Null where the answer has none that is known: the status stands.</param>
    public static DeliveryOutcome Heed(DeliveryOutcome outcome, VendorCode? code) => (code, outcome) switch
    {
        (null, _) => outcome,
        // A 409 is "already there" unless the code says that it is not.
        ({ Meaning: VendorMeaning.Misconfigured or VendorMeaning.Reject }, DeliveryOutcome.Accepted) => outcome,
        // Its copy is under way, whatever else the body names.
        (_, DeliveryOutcome.BackOff { IsInProgress: true }) => outcome,
        (_, DeliveryOutcome.Accepted accepted) => Of(code, accepted.Status, null),
        // The server's own failure, or its limit: no word in the body makes it the event's fault.
        ({ Meaning: VendorMeaning.Misconfigured or VendorMeaning.Reject }, DeliveryOutcome.BackOff { Status: >= 500 or 408 or 425 or 429 } failed) => failed with { Code = code },
        (_, DeliveryOutcome.BackOff failed) => Of(code, failed.Status ?? 0, failed.Hold),
        (_, DeliveryOutcome.Rejected rejected) => Of(code, rejected.Status, null),
        _ => throw new InvalidOperationException($"No such outcome: {outcome.GetType().Name}"),
    };

    /// <summary>As <see cref="Heed"/>, with what the answer said where it is no acceptance.</summary>
    public static DeliveryOutcome HeedWith(DeliveryOutcome outcome, string? answer, VendorCode? code) =>
        Heed(outcome, code) is var heeded and not DeliveryOutcome.Accepted ? heeded with { Answer = answer } : outcome;

    /// <param name="hold">What <c>Retry-After</c> asks for.</param>
    public static DeliveryOutcome Of(VendorCode code, int status, TimeSpan? hold) => code.Meaning switch
    {
        VendorMeaning.Hold => new DeliveryOutcome.BackOff(BackOffReason.Throttled, status, hold ?? Hold) { Code = code, IsAboutAll = true },
        VendorMeaning.Throttle => new DeliveryOutcome.BackOff(BackOffReason.Throttled, status, hold) { Code = code },
        VendorMeaning.Retry => new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, status, hold) { Code = code },
        VendorMeaning.Misconfigured => new DeliveryOutcome.BackOff(BackOffReason.Misconfigured, status, null) { Code = code },
        VendorMeaning.Reject => new DeliveryOutcome.Rejected(status, $"the destination answered {status} {code}: {code.Text}"),
        _ => throw new InvalidOperationException($"No such meaning: {code.Meaning}"),
    };
}
