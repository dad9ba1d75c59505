namespace Tieline.Service.Web.Access;

/// <summary>What somebody may do in the console.</summary>
internal static class ConsoleRoles
{
    /// <summary>Sees all, changes nothing.</summary>
    public const string Viewer = "viewer";

    /// <summary>May replay, discard, backfill, reconcile and test besides.</summary>
    public const string Operator = "operator";
}
