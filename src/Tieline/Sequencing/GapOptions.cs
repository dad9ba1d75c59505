namespace Tieline.Sequencing;

/// <summary><c>Gaps</c></summary>
internal sealed class GapOptions
{
    public const string Section = "Gaps";

    /// <summary>How long a hole may fill itself before it is confirmed as a gap, and what came behind it waits. From 0 to 1 minute.</summary>
    /// <value>2 s</value>
    public TimeSpan ReorderWindow { get; set; } = TimeSpan.FromSeconds(2);
}
