namespace Tieline.TestKit;

/// <summary>Where each loop is failed at its awaits. A test holds this against the loops that the product starts: one that is new needs a row.</summary>
public static class LoopRows
{
    /// <summary>In <c>LoopRestartTests</c>.</summary>
    public static IReadOnlyList<string> Library { get; } =
        ["stream", "conversations", "sweep", "backfill", "damage", "reconcile", "hold", "retention", "checkpoint", "clock", "audit", "audit-forward"];

    /// <summary>In <c>LoopRestartTests</c> too: the other source that the loop <c>stream</c> can be.</summary>
    public static string Notifications { get; } = "stream: notifications";

    /// <summary>In <c>ServiceLoopRestartTests</c>.</summary>
    public static IReadOnlyList<string> Service { get; } = ["history", "alerts", "configuration"];

    /// <summary>In tests of their own: <c>JournalFailureTests</c>, and <c>DispatcherRestartTests</c> with a journal that fails at each call. <c>deliveries</c> awaits nothing but its own end.</summary>
    public static IReadOnlyList<string> Elsewhere { get; } = ["journal", "delivery", "deliveries"];
}
