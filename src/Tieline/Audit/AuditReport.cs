using System.Globalization;

namespace Tieline.Audit;

/// <summary>What <see cref="AuditVerifier"/> found.</summary>
/// <param name="Ok">Every line is as it was written, and nothing of what <paramref name="Evidence"/> vouches for is missing.</param>
/// <param name="Files">Read, whole or in part.</param>
/// <param name="Lines">Found good.</param>
/// <param name="Fact">The newest one found good.</param>
/// <param name="Head">The hash of the last line found good: what to note elsewhere and give as <c>--head</c> another time. 64 zeros where there is no line.</param>
/// <param name="Checkpoints">Signed heads found good.</param>
/// <param name="Key">Which public key they were checked with: the first 16 hex digits of its hash; null without a checkpoint.</param>
/// <param name="FirstBad">Null when <paramref name="Ok"/>. Nothing after it was checked.</param>
/// <param name="Evidence">What there was against lines removed from the end.</param>
/// <param name="Notes">What is worth knowing, but not wrong.</param>
/// <param name="NotChecked">What could not be checked, and why. Empty where something is wrong: then nothing after that was checked.</param>
internal sealed record AuditReport(
    bool Ok,
    int Files,
    long Lines,
    long Fact,
    string Head,
    long Checkpoints,
    string? Key,
    AuditFault? FirstBad,
    IReadOnlyList<AuditEvidence> Evidence,
    IReadOnlyList<string> Notes,
    IReadOnlyList<string> NotChecked)
{
    /// <summary>For people.</summary>
    public IEnumerable<string> ToText()
    {
        yield return Ok
            ? string.Create(CultureInfo.InvariantCulture, $"The audit log is whole: {Lines:N0} lines in {Files:N0} files, up to fact {Fact:N0}.")
            : $"The audit log is NOT as it was written. First bad: {FirstBad}";
        if (!Ok)
            yield return string.Create(CultureInfo.InvariantCulture, $"Good before it: {Lines:N0} lines in {Files:N0} files, up to fact {Fact:N0}. Nothing after it was checked.");
        yield return $"Head: {Head}";
        if (Key is not null)
            yield return string.Create(CultureInfo.InvariantCulture, $"Checkpoints: {Checkpoints:N0}, signed with key {Key}.");
        foreach (var evidence in Evidence)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Nothing was removed up to {evidence.File} line {evidence.Line:N0} (fact {evidence.Fact:N0}): {Name(evidence.Kind)} says so.");
        }

        foreach (var part in NotChecked)
            yield return $"Not checked: {part}";
        foreach (var note in Notes)
            yield return $"Note: {note}";
    }

    private static string Name(string kind) => kind switch
    {
        "checkpoint" => "the newest signed checkpoint",
        "journal" => "the journal",
        _ => "the head you gave",
    };
}
