namespace Tieline.Derivation;

/// <summary>After-call work of one leg. A later one is never followed by an earlier one.</summary>
internal enum WrapUp
{
    /// <summary>None is asked for, as far as is known.</summary>
    None,

    /// <summary>Asked for, and not done.</summary>
    Pending,

    /// <summary>Done, skipped, or not applicable after all.</summary>
    Over,
}
