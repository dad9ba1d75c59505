namespace Tieline.Journal;

/// <summary>The verdicts as they are counted.</summary>
internal static class FactVerdictNames
{
    public static string Of(FactVerdict verdict) => verdict switch
    {
        FactVerdict.New => "new",
        FactVerdict.Known => "known",
        FactVerdict.Conflicting => "conflicting",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "no such verdict"),
    };
}
