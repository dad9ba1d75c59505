using Tieline.Service.Web.Figures;
using Tieline.Service.Web.Shell;

namespace Tieline.Service.Web.Pages.Now;

/// <summary>A verdict in words and marks.</summary>
internal static class VerdictText
{
    public static string ClassOf(VerdictLevel level) => level switch { VerdictLevel.Good => "good", VerdictLevel.Watch => "watch", _ => "bad" };

    public static string MarkOf(VerdictLevel level) => level switch { VerdictLevel.Good => "✓", VerdictLevel.Watch => "!", _ => "✕" };

    public static string WordOf(VerdictLevel level) => level switch { VerdictLevel.Good => "Good", VerdictLevel.Watch => "Heals by itself", _ => "Needs you" };

    /// <summary>Null where nobody is at fault.</summary>
    public static string? WordOf(Culprit culprit) => culprit switch
    {
        Culprit.Genesys => "At fault: Genesys.",
        Culprit.Network => "At fault: the network between here and Genesys, or Genesys.",
        Culprit.Us => "At fault: our own set-up.",
        Culprit.Crm => "At fault: the CRM.",
        _ => null,
    };

    /// <summary>What to tell people: a few lines, with the time and its zone.</summary>
    public static string Summary(Verdict verdict, Overview now, TimeZoneInfo zone) =>
        $"Tieline, {Show.Exact(now.At, zone)}: {verdict.Sentence} {(WordOf(verdict.Culprit) is { } culprit ? culprit + " " : "")}{verdict.Outlook}\n{string.Join("; ", verdict.Evidence)}.";
}
