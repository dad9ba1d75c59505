namespace Tieline.Simulator.World;

/// <summary>Where a conversation stands between two events; <see cref="None"/> is before its first.</summary>
internal enum ConversationState : byte
{
    None,
    Active,
    Queued,
    Waiting,
    Wrapup,
    Completed,
    Abandoned,
    Transfer,
}
