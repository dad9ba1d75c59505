namespace Tieline.Service.Commands.Demo;

/// <summary>What the demo found out.</summary>
/// <param name="PersonalData">Where personal data was found, and should not be.</param>
/// <param name="SearchedBytes">How much was searched for it.</param>
/// <param name="SearchProven">The same search found it in the simulator's own frames, the canary included.</param>
/// <param name="AuditVerified">What <c>tieline audit verify</c> said.</param>
/// <param name="AuditOutput">Its words, for when it did not.</param>
/// <param name="Problems">Anything else that is wrong, in words.</param>
internal sealed record DemoSummary(
    TimeSpan Lasted,
    TimeSpan? FirstEventAfter,
    double? P99Ms,
    Comparison Comparison,
    IReadOnlyList<PersonalDataHit> PersonalData,
    long SearchedBytes,
    bool SearchProven,
    bool AuditVerified,
    string AuditOutput,
    IReadOnlyList<Disturbance> Disturbances,
    IReadOnlyList<string> Problems)
{
    /// <summary>Nothing was done to it, so there is no excuse for a gap or a second copy.</summary>
    public bool IsUndisturbed => Disturbances.Count == 0;

    public bool IsGood =>
        Comparison is { Agrees: true, Sent: > 0 }
        && (!IsUndisturbed || Comparison is { InGaps: 0, Duplicates: 0 })
        && PersonalData.Count == 0 && SearchProven && AuditVerified && Problems.Count == 0;
}
