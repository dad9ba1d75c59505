namespace Tieline.Audit;

/// <summary><c>Audit</c></summary>
internal class AuditOptions
{
    public const string Section = "Audit";

    /// <summary>A file is closed before it would pass this size, and at midnight UTC. From 1 MiB to 1 GiB.</summary>
    /// <value>64 MiB</value>
    public long MaxFileBytes { get; set; } = 64L * 1024 * 1024;
}
