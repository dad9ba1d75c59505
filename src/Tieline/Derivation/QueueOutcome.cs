namespace Tieline.Derivation;

/// <summary>What Genesys's own metrics say of the wait in a queue, where they say it.</summary>
internal enum QueueOutcome
{
    Unknown,

    /// <summary>A flow took the conversation out of the queue: to voicemail, another queue, a number.</summary>
    FlowedOut,

    Abandoned,
}
