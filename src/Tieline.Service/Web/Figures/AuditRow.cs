using Tieline.Audit;
using Tieline.Journal;

namespace Tieline.Service.Web.Figures;

/// <summary>A fact as a table shows it. Ids and figures only: neither the log nor the journal holds more.</summary>
/// <param name="Detail">Members and values, in words; null where there are none.</param>
public sealed record AuditRow(DateTimeOffset At, string Action, string? ConversationId, string? Destination, string? Detail, long Fact)
{
    internal static AuditRow Of(AuditFact fact) => new(fact.Timestamp, fact.Action, fact.ConversationId, fact.Destination, Words(fact.Detail?.ToJsonString()), fact.Number);

    internal static AuditRow Of(AuditEntry entry) => new(entry.Timestamp, entry.Action, entry.ConversationId, entry.Destination, Words(entry.Detail), entry.Fact);

    private static string? Words(string? json) => json?.Trim('{', '}').Replace("\"", "", StringComparison.Ordinal).Replace(",", ", ", StringComparison.Ordinal);
}
