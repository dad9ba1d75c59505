namespace Tieline.Pipeline;

/// <summary><c>Reconcile</c></summary>
internal sealed class ReconcileOptions
{
    public const string Section = "Reconcile";

    /// <summary>When the day before is held against Genesys's records, each day: a time of day, UTC, such as <c>03:30</c>. Null: never.</summary>
    /// <value>Null</value>
    public string? Nightly { get; set; }

    /// <summary>Whether what is missing is sent then.</summary>
    /// <value>false</value>
    public bool Repair { get; set; }
}
