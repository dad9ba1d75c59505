namespace Tieline.Journal;

/// <summary><c>Retention</c></summary>
internal sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>How long an event is kept once every destination has settled it. From 1 h.</summary>
    /// <value>7 days</value>
    public TimeSpan Delivered { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Settled events are removed early, oldest first, while the journal is bigger than this. From 64 MiB. Unsettled ones are never removed.</summary>
    /// <value>10 GiB</value>
    public long MaxBytes { get; set; } = 10L * 1024 * 1024 * 1024;
}
