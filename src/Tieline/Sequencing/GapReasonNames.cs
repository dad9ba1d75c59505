namespace Tieline.Sequencing;

/// <summary>The reasons as they are stored, logged and counted.</summary>
internal static class GapReasonNames
{
    public static string Of(GapReason reason) => reason switch
    {
        GapReason.Hole => "hole",
        GapReason.Reconnect => "reconnect",
        GapReason.Restart => "restart",
        GapReason.Unreadable => "unreadable",
        GapReason.Renumbered => "renumbered",
        GapReason.Manual => "manual",
        GapReason.Damaged => "damaged",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "no such reason"),
    };
}
