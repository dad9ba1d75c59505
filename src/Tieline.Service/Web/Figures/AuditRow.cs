using Tieline.Audit;
using Tieline.Journal;

namespace Tieline.Service.Web.Figures;

/// <summary>A fact as it is shown. Ids and figures only: neither the log nor the journal holds more.</summary>
/// <param name="Json">What else there is to say of it, an object; null where there is nothing.</param>
public sealed record AuditRow(DateTimeOffset At, string Action, string? ConversationId, string? Destination, string? Json, long Fact)
{
    /// <summary>Members and values, in words; null where there are none.</summary>
    public string? Detail => Json?.Trim('{', '}').Replace("\"", "", StringComparison.Ordinal).Replace(",", ", ", StringComparison.Ordinal);

    internal static AuditRow Of(AuditFact fact) => new(fact.Timestamp, fact.Action, fact.ConversationId, fact.Destination, fact.Detail?.ToJsonString(), fact.Number);

    internal static AuditRow Of(AuditEntry entry) => new(entry.Timestamp, entry.Action, entry.ConversationId, entry.Destination, entry.Detail, entry.Fact);
}

/// <param name="Rows">Newest first.</param>
/// <param name="Next">The number that the next page's facts are smaller than; null where all have been looked through.</param>
/// <param name="LookedBackTo">The time of the oldest that was looked through; null where all have been.</param>
internal sealed record AuditPage(IReadOnlyList<AuditRow> Rows, long? Next, DateTimeOffset? LookedBackTo);
