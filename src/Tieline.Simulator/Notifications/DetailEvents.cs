using System.Text.Json;
using Tieline.Simulator.Details;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Notifications;

/// <summary>What happened between two looks at a conversation, as the topics <c>v2.detail.events.conversation.{id}.*</c> tell it: one small object for each thing, a time in milliseconds.</summary>
internal sealed class DetailEvents(ParticipantPool people)
{
    public const string Topic = "v2.detail.events.conversation.";

    private static readonly string[] Media = ["VOICE", "MESSAGE", "EMAIL", "CALLBACK", "COBROWSE"];

    /// <param name="past">The conversation.</param>
    /// <param name="before">Its record then; null: there was none.</param>
    /// <param name="after">Its record now.</param>
    /// <returns>The last parts of the topics, and the bodies.</returns>
    public IEnumerable<(string Suffix, byte[] Body)> Between(PastConversation past, ConversationRecord? before, ConversationRecord after)
    {
        var known = before?.Participants.SelectMany(participant => participant.Sessions).ToDictionary(session => session.Id) ?? [];
        foreach (var participant in after.Participants)
        {
            foreach (var session in participant.Sessions.Where(_ => KindOf(participant.Purpose) is not null))
            {
                var kind = KindOf(participant.Purpose)!;
                var was = known.GetValueOrDefault(session.Id);
                var start = session.Segments[0].Start;
                if (was is null)
                {
                    yield return ($"{kind}.start", Write(past, participant, session, start, end: null));
                }
                if (EndOf(session) is { } end && (was is null || EndOf(was) is null))
                {
                    yield return ($"{kind}.end", Write(past, participant, session, end.End!.Value, end));
                }
                if (WrapUpOf(session) is { } wrapup && (was is null || WrapUpOf(was) is null))
                {
                    yield return ("wrapup", WriteWrapUp(past, participant, session, wrapup));
                }
            }
        }
    }

    private static string? KindOf(string purpose) => purpose switch
    {
        "customer" => "customer",
        "acd" => "acd",
        "agent" or "user" => "user",
        "ivr" or "workflow" => "flow",
        _ => null,
    };

    /// <returns>The segment that the session ended with; null: it goes on.</returns>
    private static RecordSegment? EndOf(RecordSession session) =>
        session.Segments.FindLast(segment => segment.Type != "wrapup") is { End: not null } last ? last : null;

    private static RecordSegment? WrapUpOf(RecordSession session) => session.Segments.Find(segment => segment is { Type: "wrapup", End: not null });

    private byte[] Write(PastConversation past, RecordParticipant participant, RecordSession session, long at, RecordSegment? end) => Make(json =>
    {
        WriteCommon(json, past, participant, session, at);
        if (end is null)
        {
            return;
        }
        json.WriteString("disconnectType", Capitals(end.DisconnectType));
        if (participant.Purpose == "acd")
        {
            json.WriteString("acdOutcome", OutcomeOf(session));
            json.WriteNumber("connectedDurationMs", LengthOf(session, "interact"));
        }
        else if (participant.Purpose is "ivr" or "workflow")
        {
            json.WriteNumber("connectedDurationMs", LengthOf(session, "ivr", "interact"));
        }
        else
        {
            json.WriteNumber("interactingDurationMs", LengthOf(session, "interact", "parked", "transmitting", "sharing"));
            json.WriteNumber("heldDurationMs", LengthOf(session, "hold"));
            json.WriteNumber("alertingDurationMs", LengthOf(session, "alert"));
            json.WriteNumber("dialingDurationMs", LengthOf(session, "dialing"));
        }
    });

    private byte[] WriteWrapUp(PastConversation past, RecordParticipant participant, RecordSession session, RecordSegment wrapup) => Make(json =>
    {
        WriteCommon(json, past, participant, session, wrapup.End!.Value);
        json.WriteString("wrapupCode", wrapup.WrapUpCode);
        json.WriteString("wrapupNotes", wrapup.WrapUpNote);
        json.WriteNumber("wrapupDurationMs", wrapup.End!.Value - wrapup.Start);
    });

    private void WriteCommon(Utf8JsonWriter json, PastConversation past, RecordParticipant participant, RecordSession session, long at)
    {
        var customer = people.Customers[past.Customer].Person;
        json.WriteNumber("eventTime", at);
        json.WriteString("conversationId", past.Id);
        json.WriteString("participantId", participant.Id);
        json.WriteString("sessionId", session.Id);
        json.WriteString("mediaType", Media[(int)session.Media]);
        json.WriteString("provider", SnapshotJson.Provider(session.Media));
        json.WriteString("direction", "INBOUND");
        json.WriteString("ani", $"tel:{customer.Phone}");
        json.WriteString("dnis", SnapshotJson.Dialled);
        SnapshotJson.WriteText(json, "userId", participant.UserId);
        SnapshotJson.WriteText(json, "externalContactId", participant.ExternalContactId);
        SnapshotJson.WriteText(json, "queueId", session.Segments.Find(segment => segment.QueueId is not null)?.QueueId);
        SnapshotJson.WriteText(json, "divisionId", RecordWriter.Division);
    }

    private static string OutcomeOf(RecordSession session) =>
        session.Metrics.Exists(metric => metric.Name == "tAbandon") ? "ABANDON"
        : session.Metrics.Exists(metric => metric.Name == "tFlowOut") ? "FLOW_OUT"
        : "ANSWERED";

    private static long LengthOf(RecordSession session, params ReadOnlySpan<string> types)
    {
        var length = 0L;
        foreach (var segment in session.Segments)
        {
            length += types.Contains(segment.Type) ? (segment.End ?? segment.Start) - segment.Start : 0;
        }
        return length;
    }

    private static string Capitals(string? disconnectType) => disconnectType switch
    {
        "consultTransfer" => "CONSULT_TRANSFER",
        "conferenceTransfer" => "CONFERENCE_TRANSFER",
        "forwardTransfer" => "FORWARD_TRANSFER",
        "noAnswerTransfer" => "NO_ANSWER_TRANSFER",
        null => "UNKNOWN",
        _ => disconnectType.ToUpperInvariant(),
    };

    private static byte[] Make(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return stream.ToArray();
    }
}
