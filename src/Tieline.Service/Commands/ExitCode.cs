namespace Tieline.Service.Commands;

/// <summary>What scripts may rely on.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The check ran, and what it checked is not as it should be.</summary>
    public const int Wanting = 3;
}
