namespace Tieline.Audit;

/// <summary>The one value of <c>action</c> that the log writes by itself; every other comes with its fact.</summary>
internal static class AuditActions
{
    public const string LogRepaired = "log-repaired";
}
