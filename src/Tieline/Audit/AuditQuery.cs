namespace Tieline.Audit;

/// <summary>Which lines to show; what is null is not asked for.</summary>
/// <param name="Last">Only so many of those that match, the newest.</param>
/// <param name="From">At this time or later.</param>
/// <param name="To">Before this time.</param>
/// <param name="BeforeFact">About a fact with a smaller number: where a page before ended.</param>
internal sealed record AuditQuery(int? Last = null, string? ConversationId = null, string? Action = null, DateTimeOffset? From = null, DateTimeOffset? To = null, long? BeforeFact = null)
{
    public bool Matches(AuditEntry entry) =>
        (entry.Action == AuditEntry.Unreadable && BeforeFact is null)
        || ((ConversationId is null || entry.ConversationId == ConversationId)
            && (Action is null || entry.Action == Action)
            && (From is null || entry.Timestamp >= From)
            && (To is null || entry.Timestamp < To)
            && (BeforeFact is null || (entry.Fact > 0 && entry.Fact < BeforeFact)));
}
