using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>What a snapshot, or the passing of time, made of a conversation.</summary>
/// <param name="State">To be kept in place of the one before. It holds <paramref name="New"/> as told: keep it once these are in the journal, and not before.</param>
/// <param name="Facts">All that can be told by now, by time, told before or not. Empty where a repeat brought nothing new.</param>
/// <param name="New">Those of <paramref name="Facts"/> that were not told before.</param>
/// <param name="IsStale">The snapshot shows an earlier moment than what was known. What it knew that was not known has been taken in.</param>
/// <param name="IsRepeat">The snapshot tells what the last one told.</param>
/// <param name="SettlesAt">When <see cref="SnapshotFold.Settle"/> is to be called; null where no end is pending.</param>
internal sealed record SnapshotOutcome(
    ConversationState State,
    IReadOnlyList<ConversationEvent> Facts,
    IReadOnlySet<EventId> New,
    bool IsStale,
    bool IsRepeat,
    DateTimeOffset? SettlesAt);
