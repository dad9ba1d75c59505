namespace Tieline.Audit;

/// <summary>The values of <c>action</c> that the log writes without a fact, or searches for. Every other value comes from a fact.</summary>
internal static class AuditActions
{
    public const string LogRepaired = "log-repaired";

    /// <summary>The first line of a chain that follows another, which it names.</summary>
    public const string ChainBegun = "chain-begun";

    public const string Started = "started";
}
