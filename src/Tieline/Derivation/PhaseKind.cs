namespace Tieline.Derivation;

/// <summary>What a phase of a leg is, as far as the rules tell phases apart.</summary>
internal enum PhaseKind
{
    /// <summary>Alerting, holding, parked, in a flow, or not known.</summary>
    Other,

    /// <summary>Connected and talking: what an answered leg has and one that only alerted has not.</summary>
    Interact,

    /// <summary>After-call work. Repeats how the leg ended, so its own end says nothing about that.</summary>
    WrapUp,
}
