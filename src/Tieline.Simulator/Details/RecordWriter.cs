using System.Text.Json;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>Writes records as the details API does, with personal data wherever a real one has it.</summary>
internal sealed class RecordWriter(ParticipantPool people)
{
    private const string Dialled = "tel:+15550199000";
    public const string Division = "b8e1efa8-b295-5fa7-af0e-e29045afcfa2";

    /// <param name="json">Where to.</param>
    /// <param name="row">What.</param>
    /// <param name="withAttributes">Whether it is for a job, which tells more.</param>
    public void Write(Utf8JsonWriter json, DetailsRow row, bool withAttributes)
    {
        var record = row.Record;
        json.WriteStartObject();
        json.WriteString("conversationId", record.Id);
        WriteTime(json, "conversationStart", record.Start);
        WriteTime(json, "conversationEnd", record.End);
        json.WriteString("originatingDirection", DetailsRow.Direction);
        json.WriteStartArray("divisionIds");
        json.WriteStringValue(Division);
        json.WriteEndArray();
        json.WriteStartArray("participants");
        foreach (var participant in record.Participants)
        {
            Write(json, row, participant, withAttributes);
        }
        WriteStranger(json, record, withAttributes);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>With a canary: somebody who has it in every field, and was there for a moment at the beginning.</summary>
    private void WriteStranger(Utf8JsonWriter json, ConversationRecord record, bool withAttributes)
    {
        if (people is not { Canary: { } canary, CanaryWord: { } word })
        {
            return;
        }
        json.WriteStartObject();
        foreach (var name in (string[])["participantId", "participantName", "userId", "externalContactId", "externalOrganizationId", "flaggedReason", "teamId"])
        {
            json.WriteString(name, canary);
        }
        json.WriteString("purpose", word);
        if (withAttributes)
        {
            json.WriteStartObject("attributes");
            json.WriteString(word, canary);
            json.WriteEndObject();
        }
        json.WriteStartArray("sessions");
        json.WriteStartObject();
        json.WriteString("mediaType", word);
        foreach (var name in (string[])["sessionId", "ani", "dnis", "addressFrom", "addressTo", "addressSelf", "addressOther", "remote", "remoteNameDisplayable", "edgeId", "peerId", "provider"])
        {
            json.WriteString(name, canary);
        }
        json.WriteStartArray("segments");
        json.WriteStartObject();
        WriteTime(json, "segmentStart", record.Start);
        WriteTime(json, "segmentEnd", record.Start);
        json.WriteString("segmentType", word);
        json.WriteString("disconnectType", word);
        foreach (var name in (string[])["queueId", "wrapUpCode", "wrapUpNote", "subject", "errorCode"])
        {
            json.WriteString(name, canary);
        }
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, DetailsRow row, RecordParticipant participant, bool withAttributes)
    {
        json.WriteStartObject();
        json.WriteString("participantId", participant.Id);
        json.WriteString("purpose", participant.Purpose);
        WriteText(json, "participantName", participant.Name);
        WriteText(json, "userId", participant.UserId);
        WriteText(json, "externalContactId", participant.ExternalContactId);
        if (withAttributes && participant.Attributes is var (account, note))
        {
            json.WriteStartObject("attributes");
            json.WriteString("accountNumber", account);
            json.WriteString("note", note);
            json.WriteEndObject();
        }
        json.WriteStartArray("sessions");
        foreach (var session in participant.Sessions)
        {
            Write(json, row, session);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, DetailsRow row, RecordSession session)
    {
        var customer = people.Customers[row.Past.Customer].Person;
        json.WriteStartObject();
        json.WriteString("mediaType", MediaTypes.RestNames[(int)session.Media]);
        json.WriteString("sessionId", session.Id);
        json.WriteString("direction", DetailsRow.Direction);
        switch (session.Media)
        {
            case MediaType.Callback:
                json.WriteString("provider", "PureCloud Callback");
                json.WriteStartArray("callbackNumbers");
                json.WriteStringValue($"tel:{customer.Phone}");
                json.WriteEndArray();
                json.WriteString("callbackUserName", customer.Name);
                break;
            case MediaType.Cobrowse:
                json.WriteString("provider", "PureCloud Cobrowse");
                break;
            case MediaType.Voice:
                json.WriteString("provider", "Edge");
                json.WriteString("ani", $"tel:{customer.Phone}");
                json.WriteString("dnis", Dialled);
                json.WriteString("sessionDnis", Dialled);
                json.WriteString("remoteNameDisplayable", customer.Name);
                break;
            case MediaType.Email:
                json.WriteString("provider", "PureCloud Email");
                json.WriteString("addressFrom", customer.Email);
                json.WriteString("addressTo", "service@example.com");
                break;
            default:
                json.WriteString("provider", "PureCloud Messaging");
                json.WriteString("messageType", "webmessaging");
                json.WriteString("addressOther", customer.Email);
                break;
        }
        json.WriteString("remote", customer.Name);
        WriteText(json, "peerId", session.Peer);
        WriteText(json, "monitoredParticipantId", session.Monitors);
        WriteText(json, "coachedParticipantId", session.Coaches);
        WriteText(json, "bargedParticipantId", session.Barges);
        json.WriteStartArray("segments");
        foreach (var segment in session.Segments)
        {
            Write(json, segment, session.Media == MediaType.Email ? customer.Note : null);
        }
        json.WriteEndArray();
        json.WriteStartArray("metrics");
        foreach (var metric in session.Metrics)
        {
            json.WriteStartObject();
            json.WriteString("name", metric.Name);
            json.WriteNumber("value", metric.Value);
            WriteTime(json, "emitDate", metric.At);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RecordSegment segment, string? subject)
    {
        json.WriteStartObject();
        json.WriteBoolean("conference", value: false);
        WriteTime(json, "segmentStart", segment.Start);
        WriteTime(json, "segmentEnd", segment.End);
        json.WriteString("segmentType", segment.Type);
        WriteText(json, "queueId", segment.QueueId);
        WriteText(json, "disconnectType", segment.DisconnectType);
        WriteText(json, "errorCode", segment.ErrorCode);
        WriteText(json, "wrapUpCode", segment.WrapUpCode);
        WriteText(json, "wrapUpNote", segment.WrapUpNote);
        WriteText(json, "subject", subject);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteTime(Utf8JsonWriter json, string name, long? milliseconds)
    {
        if (milliseconds is { } value)
        {
            json.WriteString(name, DateTimeOffset.FromUnixTimeMilliseconds(value).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ"));
        }
    }
}
