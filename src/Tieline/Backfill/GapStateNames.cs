namespace Tieline.Backfill;

/// <summary>The states as they are stored, shown and counted.</summary>
internal static class GapStateNames
{
    public static string Of(GapState state) => state switch
    {
        GapState.Open => "open",
        GapState.Filling => "filling",
        GapState.Filled => "filled",
        GapState.Abandoned => "abandoned",
        GapState.Tolerated => "tolerated",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };

    public static GapState Parse(string name) => Enum.Parse<GapState>(name, ignoreCase: true);
}
