using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Pipeline;

namespace Tieline.Service.Http;

/// <summary>Dead letters as the API and the commands show them.</summary>
internal static class DeadLetterJson
{
    public static JsonObject Of(DeadLetter letter) => new()
    {
        ["destination"] = letter.Destination,
        ["position"] = letter.Position.Value,
        ["id"] = letter.Id.ToString(),
        ["conversationId"] = letter.ConversationId,
        ["type"] = letter.Type,
        ["state"] = letter.State,
        ["timestamp"] = EventTime.ToText(letter.OccurredAt),
        ["status"] = letter.Status,
        ["reason"] = letter.Reason,
        ["attempts"] = letter.Attempts,
        ["at"] = EventTime.ToText(letter.At),
        ["cause"] = letter.Cause.Key,
        ["causeText"] = letter.Cause.Text,
    };

    public static JsonObject Of(DeadLetterGroup group) => new()
    {
        ["destination"] = group.Destination,
        ["cause"] = group.Cause.Key,
        ["causeText"] = group.Cause.Text,
        ["status"] = group.Status,
        ["count"] = group.Count,
        ["first"] = EventTime.ToText(group.First),
        ["last"] = EventTime.ToText(group.Last),
        ["example"] = group.Example.ToString(),
        ["examplePosition"] = group.ExamplePosition.Value,
    };

    public static JsonObject Of(DeskReport report) => new() { ["done"] = report.Done, ["passed"] = report.Passed, ["last"] = report.Last?.Value };

    public static JsonArray Of(IEnumerable<DeadLetterGroup> groups) => new([.. groups.Select(Of)]);

    public static JsonArray Of(IEnumerable<AttemptRecord> attempts) => new([.. attempts.Select(attempt => new JsonObject
    {
        ["attempt"] = attempt.Number,
        ["at"] = EventTime.ToText(attempt.At),
        ["outcome"] = attempt.Outcome,
        ["status"] = attempt.Status,
        ["seconds"] = Math.Round(attempt.Duration.TotalSeconds, 3),
        ["answer"] = attempt.Answer,
    })]);

    /// <summary>With the event, the attempts and how many wait behind it.</summary>
    public static JsonObject Whole(DeadLetter letter, DestinationNumber destination, JournalReader reader)
    {
        var json = Of(letter);
        var entry = reader.ReadEntry(letter.Position);
        json["participants"] = entry is null ? null : JsonNode.Parse(entry.ParticipantsJson.Span);
        json["waitingBehind"] = reader.ReadWaitingBehind(destination, letter.ConversationId, letter.Position);
        json["log"] = Of(reader.ReadAttempts(destination, letter.Position));
        return json;
    }
}
