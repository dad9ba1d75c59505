namespace Tieline.Derivation;

/// <summary>What a leg is to its conversation, as far as the rules tell legs apart.</summary>
internal enum LegKind
{
    /// <summary>An IVR, a flow, a voicemail, a dialler, or a purpose that is not known.</summary>
    Other,

    Customer,

    /// <summary>A party outside: the customer where there is no other, else whom the customer was transferred to.</summary>
    External,

    /// <summary>The wait in one queue.</summary>
    Queue,

    /// <summary>An agent, or another user of the organisation.</summary>
    Handler,

    /// <summary>A supervisor who broke in on a handler. Takes part, and hands nobody on.</summary>
    Barger,

    /// <summary>A supervisor who monitors or coaches. No rule sees it, and no event names it.</summary>
    Supervisor,
}
