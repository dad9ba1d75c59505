using System.Text.Json;
using Tieline.Events;
using Tieline.Simulator;

namespace Tieline.FunctionalTests.Support;

/// <summary>Which end of a conversation that is reopened an id stands for. The one that came first has the id without a time, and that need not be the one that happened first: <c>docs/formats/event-id.md</c>.</summary>
internal static class EndIds
{
    /// <param name="made">What happened, by the simulator.</param>
    /// <returns>The simulator's id for each id that the CRM got for an end of such a conversation.</returns>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<LedgerLine> made, IEnumerable<CrmRequest> requests)
    {
        var ends = made.Where(line => line.Id is not null && EventKinds.IsTerminal(line.Type, line.State)).GroupBy(line => (line.ConversationId, line.State)).Where(group => group.Skip(1).Any())
            .SelectMany(group => group).ToDictionary(line => (line.ConversationId, line.State, line.Timestamp), line => line.Id!);
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        if (ends.Count == 0)
            return ids;
        foreach (var request in requests.Where(request => request is { Id: not null, Processed: true }))
        {
            using var body = JsonDocument.Parse(request.Body);
            var root = body.RootElement;
            var (type, state, at) = (root.GetProperty("type").GetString()!, root.TryGetProperty("state", out var told) ? told.GetString() : null, root.GetProperty("timestamp").GetDateTimeOffset());
            if (ends.TryGetValue((request.ConversationId, state, at), out var id)
                && (request.Id == EventId.Of(request.ConversationId!, type, state, at).ToString() || request.Id == EventId.OfEpisode(request.ConversationId!, type, state, at).ToString()))
                ids[request.Id!] = id;
        }

        return ids;
    }
}
