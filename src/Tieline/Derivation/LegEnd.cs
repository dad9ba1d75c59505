namespace Tieline.Derivation;

/// <summary>How a leg ended, as far as the rules tell ends apart.</summary>
internal enum LegEnd
{
    /// <summary>Not told.</summary>
    None,

    /// <summary>Hung up, closed, expired, failed: everything but a transfer.</summary>
    Disconnected,

    /// <summary>Moved on because nobody took it: no answer, not available, do not disturb.</summary>
    MovedOn,

    /// <summary>Handed on: blind, by consultation, out of a conference, forwarded.</summary>
    Transferred,
}
