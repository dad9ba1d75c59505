namespace Tieline.Service.Hosting;

/// <summary>The one home of chance: everything else is given a function.</summary>
internal static class Chance
{
    /// <returns>A number in [0, 1).</returns>
#pragma warning disable RS0030 // its one home
    public static double Next() => Random.Shared.NextDouble();
#pragma warning restore RS0030
}
