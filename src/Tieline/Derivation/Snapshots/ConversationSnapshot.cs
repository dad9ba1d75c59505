namespace Tieline.Derivation;

/// <summary>One conversation as one frame shows it, cut down to what the rules need.</summary>
/// <param name="Legs">In the order of the frame.</param>
/// <param name="EndedAt">When all of it ended, where the frame tells: only the answer of <c>GET /api/v2/conversations/{id}</c> does.</param>
/// <param name="IsPartial">It shows one leg of the conversation (a detail event), so that what it lacks means nothing.</param>
/// <param name="Hash">Of all that was read: two that are equal tell the same.</param>
internal sealed record ConversationSnapshot(string ConversationId, IReadOnlyList<SnapshotLeg> Legs, DateTimeOffset? EndedAt, bool IsPartial, ulong Hash);
