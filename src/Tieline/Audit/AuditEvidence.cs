namespace Tieline.Audit;

/// <summary>A place that the log is known to have reached: lines up to it cannot have been removed or rewritten unnoticed.</summary>
/// <param name="Kind"><c>checkpoint</c> (the newest signed one), <c>journal</c> or <c>head</c> (the one the caller gave).</param>
/// <param name="Fact">The newest fact up to there.</param>
internal sealed record AuditEvidence(string Kind, string File, long Line, long Fact, string Hash);
