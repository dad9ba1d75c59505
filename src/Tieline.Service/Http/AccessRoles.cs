namespace Tieline.Service.Http;

/// <summary>What a token may do. Each route of the API names those that may use it (<see cref="ApiRoutes"/>).</summary>
internal static class AccessRoles
{
    /// <summary>May do everything.</summary>
    public const string Operator = "operator";

    /// <summary>Sees all, changes nothing.</summary>
    public const string Viewer = "viewer";

    /// <summary>Reads figures: how Tieline stands, and nothing of any conversation.</summary>
    public const string Metrics = "metrics";

    /// <summary>Reads how far everything is complete: for a CRM that must know.</summary>
    public const string Watermark = "watermark";

    /// <summary>Reads events and conversations, and how far they are complete.</summary>
    public const string EventsRead = "events:read";

    public static IReadOnlyList<string> All { get; } = [Operator, Viewer, Metrics, Watermark, EventsRead];

    /// <summary>Whether somebody with this role may enter the console, which shows everything.</summary>
    public static bool EntersConsole(string role) => role is Operator or Viewer;
}
