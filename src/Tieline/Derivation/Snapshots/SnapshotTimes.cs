namespace Tieline.Derivation;

/// <summary>Refuses a snapshot with a time that no clock can show (an end of 9999-12-31): an end is never told by it, and Genesys is asked when the conversation has been silent.</summary>
internal static class SnapshotTimes
{
    public const string Fault = "a time that cannot be (2200 or later)";

    private static readonly DateTimeOffset _end = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static bool ArePossible(IReadOnlyList<SnapshotLeg> legs, DateTimeOffset? endedAt)
    {
        if (!IsPossible(endedAt))
            return false;
        foreach (var leg in legs)
        {
            if (!IsPossible(leg.StartedAt) || !IsPossible(leg.ConnectedAt) || !IsPossible(leg.EndedAt) || !IsPossible(leg.WrapUpStart) || !IsPossible(leg.WrapUpEnd))
                return false;
        }

        return true;
    }

    public static bool IsPossible(DateTimeOffset? time) => !(time >= _end);
}
