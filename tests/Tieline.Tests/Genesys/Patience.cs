namespace Tieline.Tests.Genesys;

/// <summary>How long a test waits for a signal before it fails. Never how long it takes.</summary>
internal static class Patience
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);
}
