using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Service.Http;

/// <summary>What destinations have not been delivered, as scripts read it.</summary>
internal static class DestinationJson
{
    /// <param name="configured">Names of those that are; the journal's word is as old as the last start.</param>
    public static JsonArray Of(IEnumerable<DestinationBacklog> backlogs, IReadOnlyCollection<string> configured) => new([.. backlogs.Select(backlog => (JsonNode)new JsonObject
    {
        ["destination"] = backlog.Name,
        ["configured"] = configured.Contains(backlog.Name),
        ["undelivered"] = backlog.Events,
        ["oldest"] = backlog.OldestAt is { } oldest ? EventTime.ToText(oldest) : null,
        ["deadLetters"] = backlog.DeadLetters,
    })]);
}
