namespace CrmReceiver;

/// <summary>One message of <c>GET /feed</c>.</summary>
/// <param name="Number">The last arrival's number.</param>
/// <param name="Arrivals">The new ones, oldest first, at most <see cref="Inbox.MaxArrivals"/>.</param>
/// <param name="Conversations">Those they touched, newest first.</param>
internal sealed record PageUpdate(long Number, Stats Stats, IReadOnlyList<Arrival> Arrivals, IReadOnlyList<ConversationLine> Conversations);
