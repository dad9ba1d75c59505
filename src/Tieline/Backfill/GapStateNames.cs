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

    /// <summary>As it was stored; <see cref="GapState.Abandoned"/> where there is no such state.</summary>
    public static GapState Parse(string name)
    {
        foreach (var state in Enum.GetValues<GapState>())
        {
            if (Of(state) == name)
                return state;
        }

        return GapState.Abandoned;
    }

    /// <summary>Whether the journal has gaps in this state; <c>seen</c> is one that is not confirmed yet.</summary>
    public static bool IsStored(string name) => name == "seen" || Of(Parse(name)) == name;
}
