using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Service.Desks;

namespace Tieline.Service.Http;

/// <summary>Events as the API and the commands show them: as they are delivered, redacted, with where they stand.</summary>
internal static class EventJson
{
    public static JsonObject Of(FoundEvent found) => new()
    {
        ["position"] = found.Position.Value,
        ["id"] = found.Id.ToString(),
        ["conversationId"] = found.ConversationId,
        ["type"] = found.Type,
        ["state"] = found.State,
        ["timestamp"] = EventTime.ToText(found.OccurredAt),
        ["receivedAt"] = EventTime.ToText(found.ReceivedAt),
        ["origin"] = found.Origin.ToString().ToLowerInvariant(),
        ["mediaType"] = found.MediaType,
        ["queueId"] = found.QueueId,
        ["participants"] = JsonNode.Parse(found.ParticipantsJson),
    };

    /// <summary>With where it stands at each destination that it is for.</summary>
    public static JsonObject Of(FoundEvent found, JournalReader reader) => Of(new ToldEvent(found, reader.ReadStandings(found.Position)));

    public static JsonObject Of(ToldEvent told)
    {
        var json = Of(told.Event);
        json["delivery"] = new JsonArray([.. told.Delivery.Select(one => new JsonObject { ["destination"] = one.Destination.Name, ["outcome"] = one.Outcome })]);
        return json;
    }

    /// <summary>With every attempt that is kept, and what became of it.</summary>
    public static JsonObject Whole(FoundEvent found, JournalReader reader)
    {
        var json = Of(found);
        json["delivery"] = new JsonArray([.. reader.ReadStandings(found.Position).Select(standing =>
        {
            var place = standing.Destination;
            var settled = reader.ReadSettled(place.Number, found.Position);
            var reason = reader.ReadDeadLetters(new DeadLetterQuery(place.Name, Position: found.Position), default, 1) is [var dead, ..] ? dead.Letter.Reason : null;
            return new JsonObject
            {
                ["destination"] = place.Name,
                ["outcome"] = standing.Outcome,
                ["status"] = settled?.Status,
                ["attempts"] = settled?.Attempts,
                ["at"] = settled is null ? null : EventTime.ToText(settled.At),
                ["reason"] = reason,
                ["log"] = DeadLetterJson.Of(reader.ReadAttempts(place.Number, found.Position)),
            };
        })]);
        return json;
    }

    public static JsonObject Of(EventStep step, FoundEvent found) => new()
    {
        ["fact"] = step.Fact,
        ["at"] = EventTime.ToText(step.At),
        ["action"] = step.Action,
        ["destination"] = step.Destination,
        ["event"] = Of(found),
    };
}
