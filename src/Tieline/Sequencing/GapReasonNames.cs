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
        GapReason.Start => "start",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "no such reason"),
    };

    public static bool TryParse(string name, out GapReason reason)
    {
        foreach (var known in Enum.GetValues<GapReason>())
        {
            if (Of(known) != name)
                continue;
            reason = known;
            return true;
        }

        reason = default;
        return false;
    }

    /// <summary>As it was stored; <see cref="GapReason.Damaged"/> where there is no such reason.</summary>
    public static GapReason Parse(string name) => TryParse(name, out var reason) ? reason : GapReason.Damaged;
}
