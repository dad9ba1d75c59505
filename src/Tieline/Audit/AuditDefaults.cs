namespace Tieline.Audit;

/// <summary>The projection's rhythm: nobody waits for an audit line, so time decides, not latency.</summary>
internal static class AuditDefaults
{
    /// <summary>Facts read and written at once.</summary>
    public const int Batch = 1_000;

    /// <summary>A checkpoint is due after so many lines,</summary>
    public const int CheckpointLines = 1_000;

    /// <summary>or so long after the last one.</summary>
    public static readonly TimeSpan CheckpointInterval = TimeSpan.FromMinutes(1);

    /// <summary>An fsync costs milliseconds that the journal's own fsyncs, and so deliveries, then wait for. Lines come in groups of this rhythm.</summary>
    public static readonly TimeSpan SyncInterval = TimeSpan.FromSeconds(1);

    /// <summary>Saving the head is a transaction in the journal.</summary>
    public static readonly TimeSpan HeadInterval = TimeSpan.FromSeconds(1);

    /// <summary>What is left after that is written at the next start.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan MinRetryDelay = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(30);
}
