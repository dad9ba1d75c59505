using System.Text.Json.Nodes;

namespace Tieline.Service.Doctor;

/// <summary>One thing that was looked at. Never holds a secret.</summary>
/// <param name="Check">The check's name, for scripts: <c>token</c>.</param>
/// <param name="Subject">Which of several: a host, a destination, a topic; null where there is only one.</param>
/// <param name="Seen">What was seen, or why it was not looked at.</param>
/// <param name="Advice">What to do; null where there is nothing to do.</param>
internal sealed record Finding(string Check, string? Subject, Verdict Verdict, string Seen, string? Advice = null)
{
    /// <summary>Of the sentences that other parts say of their trouble, the first says what was seen, and what follows says what to check.</summary>
    /// <param name="otherwise">The advice where the sentence has none.</param>
    public static Finding Of(string check, string? subject, Verdict verdict, string reason, string otherwise)
    {
        var (at, length) = (reason.IndexOf(". ", StringComparison.Ordinal), 2);
        if (at < 0)
            at = reason.IndexOf("; ", StringComparison.Ordinal);
        return at < 0 ? new Finding(check, subject, verdict, reason, otherwise) : new Finding(check, subject, verdict, reason[..at], Capital(reason[(at + length)..]));
    }

    public static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "pass",
        Verdict.Warn => "warn",
        Verdict.Fail => "fail",
        Verdict.Skip => "skip",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "no such verdict"),
    };

    public JsonObject ToJson() => new()
    {
        ["check"] = Check,
        ["subject"] = Subject,
        ["verdict"] = NameOf(Verdict),
        ["seen"] = Seen,
        ["advice"] = Advice,
    };

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
