namespace Tieline.Audit;

/// <summary>The values of <c>action</c> that the log writes by itself, or looks for; every other comes with its fact.</summary>
internal static class AuditActions
{
    public const string LogRepaired = "log-repaired";

    /// <summary>The first line of a chain that follows another, which it names.</summary>
    public const string ChainBegun = "chain-begun";

    public const string Started = "started";
}
