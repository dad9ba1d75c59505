using System.Text.Json;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Notifications;

/// <summary>Writes a snapshot as the topics <c>…conversations</c> of queues and users have it, and as <c>GET /api/v2/conversations/{id}</c> has it,
/// with personal data wherever a real one has it.</summary>
internal sealed class SnapshotWriter(ParticipantPool people)
{
    private static readonly string[] NoMedia = ["chats", "screenshares", "socialExpressions", "videos", "internalMessages"];

    /// <param name="json">Where to.</param>
    /// <param name="snapshot">What.</param>
    /// <param name="padding">Goes into the customer's attributes.</param>
    /// <param name="oddity">What is out of the ordinary.</param>
    /// <param name="isRest">Whether a request is answered, which tells more.</param>
    public void Write(Utf8JsonWriter json, Snapshot snapshot, string padding, Oddity oddity, bool isRest)
    {
        var (past, record) = (snapshot.Past, snapshot.Record);
        var transitional = oddity == Oddity.Transitional ? Transitional.LegOf(snapshot) : null;
        json.WriteStartObject();
        json.WriteString("id", record.Id);
        if (isRest)
        {
            SnapshotJson.WriteTime(json, "startTime", record.Start);
            SnapshotJson.WriteTime(json, "endTime", record.End);
        }
        json.WriteStartArray("participants");
        foreach (var legs in snapshot.Legs.GroupBy(leg => leg.Id))
        {
            SnapshotLeg[] all = [.. legs];
            WriteParticipant(json, snapshot, all, padding, Transitional.Of(all[0], transitional, oddity), isRest);
        }
        if (oddity == Oddity.UnknownEnum)
        {
            WriteStranger(json, record.Id, record.Start);
        }
        SnapshotJson.WriteCanary(json, people, record.Start);
        json.WriteEndArray();
        json.WriteString("recordingState", oddity == Oddity.UnknownEnum ? "dreaming" : isRest ? "NONE" : "none");
        WriteTransfers(json, snapshot, isRest);
        if (past.Media == MediaType.Voice)
        {
            json.WriteString("address", SnapshotJson.Dialled);
        }
        SnapshotJson.WriteDivisions(json, snapshot);
        json.WriteBoolean("securePause", value: false);
        SnapshotJson.WriteUnknown(json, oddity);
        if (isRest)
        {
            json.WriteString("selfUri", $"/api/v2/conversations/{record.Id}");
        }
        json.WriteEndObject();
    }

    /// <param name="legs">Its communications: one, or two over different media.</param>
    private void WriteParticipant(Utf8JsonWriter json, Snapshot snapshot, SnapshotLeg[] legs, string padding, Oddity oddity, bool isRest)
    {
        var leg = legs[0];
        var media = leg.Media;
        var customer = people.Customers[snapshot.Past.Customer].Person;
        var isTransitional = oddity == Oddity.Transitional;
        json.WriteStartObject();
        json.WriteString("id", leg.Id);
        SnapshotJson.WriteText(json, "externalContactId", leg.ExternalContactId);
        SnapshotJson.WriteText(json, "userId", leg.UserId);
        SnapshotJson.WriteText(json, "name", leg.Name);
        SnapshotJson.WriteText(json, "address", leg.Purpose == "customer" ? SnapshotJson.Address(customer, media) : null);
        SnapshotJson.WriteAttributes(json, leg, padding);
        SnapshotJson.WriteText(json, "queueId", leg.QueueId);
        SnapshotJson.WriteOthers(json, leg);
        json.WriteString("purpose", leg.Purpose);
        json.WriteBoolean("wrapupRequired", leg.AcwFrom is not null);
        json.WriteBoolean("wrapupExpected", leg.IsAgent);
        if (leg.IsAgent)
        {
            json.WriteString("wrapupPrompt", "optional");
            json.WriteNumber("alertingTimeoutMs", 12_000);
        }
        if (leg.Purpose == "acd")
        {
            SnapshotJson.WriteRouting(json, leg.QueueId!);
        }
        SnapshotJson.WriteTime(json, "connectedTime", leg.ConnectedAt);
        foreach (var one in legs)
        {
            json.WriteStartArray(SnapshotJson.Media[(int)one.Media]);
            WriteCommunication(json, one, one.Media, customer, ReferenceEquals(one, leg) ? oddity : Oddity.None, isRest);
            json.WriteEndArray();
        }
        if (!isTransitional)
        {
            SnapshotJson.WriteTime(json, "endTime", legs.All(one => one.EndedAt is not null) ? legs.Max(one => one.EndedAt) : null);
            SnapshotJson.WriteTime(json, "startAcwTime", leg.AcwFrom);
            SnapshotJson.WriteTime(json, "endAcwTime", leg.AcwTo);
            SnapshotJson.WriteWrapup(json, leg);
        }
        SnapshotJson.WriteUnknown(json, oddity);
        if (isRest)
        {
            WriteRest(json, legs, customer);
        }
        json.WriteEndObject();
    }

    private static void WriteCommunication(Utf8JsonWriter json, SnapshotLeg leg, MediaType media, Person customer, Oddity oddity, bool isRest)
    {
        var isTransitional = oddity == Oddity.Transitional;
        json.WriteStartObject();
        json.WriteString("id", leg.CommunicationId);
        json.WriteString("state", SnapshotJson.State(leg, media, isTransitional));
        json.WriteString("initialState", oddity == Oddity.UnknownEnum ? "teleporting" : SnapshotJson.InitialState(leg, media));
        json.WriteString("direction", oddity == Oddity.UnknownEnum ? "sideways" : "inbound");
        json.WriteBoolean("held", leg.HeldSince is not null);
        SnapshotJson.WriteTime(json, "startHoldTime", leg.HeldSince);
        json.WriteString("provider", SnapshotJson.Provider(media));
        SnapshotJson.WriteText(json, "peerId", leg.PeerId);
        WriteMedia(json, leg, media, customer);
        SnapshotJson.WriteTime(json, "parkTime", leg.ParkedAt);
        SnapshotJson.WriteTime(json, "resumeTime", leg.ResumedAt);
        SnapshotJson.WriteTime(json, "connectedTime", leg.ConnectedAt);
        SnapshotJson.WriteText(json, "disconnectType", leg.DisconnectType);
        SnapshotJson.WriteTime(json, "disconnectedTime", leg.EndedAt);
        WriteAfterCallWork(json, leg, isTransitional, isRest);
        json.WriteBoolean("afterCallWorkRequired", leg.AcwFrom is not null);
        if (!isTransitional)
        {
            SnapshotJson.WriteWrapup(json, leg);
        }
        SnapshotJson.WriteUnknown(json, oddity);
        if (isRest)
        {
            WriteSegments(json, leg);
        }
        json.WriteEndObject();
    }

    private static void WriteMedia(Utf8JsonWriter json, SnapshotLeg leg, MediaType media, Person customer)
    {
        switch (media)
        {
            case MediaType.Voice:
                json.WriteBoolean("recording", value: false);
                json.WriteString("recordingState", "none");
                json.WriteBoolean("muted", value: false);
                json.WriteBoolean("confined", value: false);
                json.WriteBoolean("securePause", value: false);
                if (leg.Purpose == "customer")
                {
                    WriteParty(json, "self", "Main line", SnapshotJson.Dialled["tel:".Length..]);
                    WriteParty(json, "other", customer.Name, customer.Phone);
                }
                break;
            case MediaType.Email:
                json.WriteBoolean("autoGenerated", value: false);
                json.WriteString("subject", customer.Note);
                json.WriteNumber("messagesSent", leg.IsAgent && leg.EndedAt is not null ? 1 : 0);
                break;
            case MediaType.Callback:
                SnapshotJson.WriteCallback(json, customer);
                break;
            case MediaType.Cobrowse:
                break;
            default:
                json.WriteString("type", "webmessaging");
                if (leg.Purpose == "customer")
                {
                    json.WriteStartObject("fromAddress");
                    json.WriteString("name", customer.Name);
                    json.WriteString("addressNormalized", customer.Email);
                    json.WriteString("addressRaw", customer.Email);
                    json.WriteEndObject();
                }
                break;
        }
    }

    private static void WriteParty(Utf8JsonWriter json, string member, string name, string number)
    {
        json.WriteStartObject(member);
        json.WriteString("name", name);
        json.WriteString("nameRaw", name);
        json.WriteString("addressNormalized", $"tel:{number}");
        json.WriteString("addressRaw", $"sip:{number}@10.0.0.10");
        json.WriteString("addressDisplayable", number);
        json.WriteEndObject();
    }

    private static void WriteAfterCallWork(Utf8JsonWriter json, SnapshotLeg leg, bool isTransitional, bool isRest)
    {
        if (leg.AcwFrom is null)
        {
            if (isRest)
            {
                json.WriteStartObject("afterCallWork");
                json.WriteEndObject();
            }
            return;
        }
        json.WriteStartObject("afterCallWork");
        json.WriteString("state", isTransitional || leg.AcwTo is null ? "pending" : "complete");
        SnapshotJson.WriteTime(json, "startTime", leg.AcwFrom);
        SnapshotJson.WriteTime(json, "endTime", isTransitional ? null : leg.AcwTo);
        json.WriteEndObject();
    }

    private static void WriteSegments(Utf8JsonWriter json, SnapshotLeg leg)
    {
        json.WriteStartArray("segments");
        json.WriteStartObject();
        SnapshotJson.WriteTime(json, "startTime", leg.ConnectedAt ?? leg.StartedAt);
        SnapshotJson.WriteTime(json, "endTime", leg.EndedAt);
        json.WriteString("type", leg.ConnectedAt is null ? "Alert" : leg.Purpose == "ivr" ? "IVR" : "Interact");
        if (leg.EndedAt is not null)
        {
            json.WriteString("howEnded", "Disconnect");
            SnapshotJson.WriteText(json, "disconnectType", leg.DisconnectType);
        }
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteRest(Utf8JsonWriter json, SnapshotLeg[] legs, Person customer)
    {
        var (leg, media) = (legs[0], legs[0].Media);
        SnapshotJson.WriteTime(json, "startTime", leg.StartedAt);
        json.WriteString("participantType", leg.Purpose switch { "customer" => "External", "ivr" => "IVR", "acd" => "ACD", "agent" or "user" => "Internal", _ => "System" });
        if (leg is { Monitors: null, Coaches: null })
        {
            json.WriteStartArray("mediaRoles");
            json.WriteStringValue("full");
            json.WriteEndArray();
        }
        if (media == MediaType.Voice)
        {
            json.WriteString("ani", $"tel:{customer.Phone}");
            json.WriteString("dnis", SnapshotJson.Dialled);
        }
        foreach (var other in NoMedia.Concat(SnapshotJson.Media.Where((_, index) => !Array.Exists(legs, one => (int)one.Media == index))))
        {
            json.WriteStartArray(other);
            json.WriteEndArray();
        }
    }

    /// <summary>The platform's own hand-over to an agent is among them, without an initiator: only one with a user is a person's.</summary>
    private static void WriteTransfers(Utf8JsonWriter json, Snapshot snapshot, bool isRest)
    {
        var handed = snapshot.Legs.Where(leg => leg is { IsAgent: true, ConnectedAt: not null }).ToList();
        if (handed.Count == 0)
        {
            return;
        }
        json.WriteStartArray("recentTransfers");
        foreach (var leg in handed)
        {
            if (leg.QueueId is not null)
            {
                WriteTransfer(json, leg.CommunicationId, leg.ConnectedAt!.Value, by: null, toUser: leg.UserId, toQueue: null, isRest);
            }
            if (leg.DisconnectType?.StartsWith("transfer", StringComparison.Ordinal) == true)
            {
                var next = snapshot.Legs.FirstOrDefault(other => other.Purpose == "acd" && other.StartedAt >= leg.EndedAt);
                WriteTransfer(json, leg.Id, leg.EndedAt!.Value, leg.UserId, toUser: null, next?.QueueId, isRest);
            }
        }
        json.WriteEndArray();
    }

    private static void WriteTransfer(Utf8JsonWriter json, string id, long at, string? by, string? toUser, string? toQueue, bool isRest)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("state", isRest ? "Complete" : "complete");
        SnapshotJson.WriteTime(json, "dateIssued", at);
        json.WriteStartObject("initiator");
        SnapshotJson.WriteText(json, "userId", by);
        json.WriteEndObject();
        json.WriteStartObject("modifiedBy");
        json.WriteEndObject();
        json.WriteStartObject("destination");
        SnapshotJson.WriteText(json, "userId", toUser);
        SnapshotJson.WriteText(json, "queueId", toQueue);
        json.WriteEndObject();
        var attended = by is null;
        json.WriteString("transferType", isRest ? attended ? "Attended" : "Unattended" : attended ? "attended" : "unattended");
        json.WriteEndObject();
    }

    /// <summary>A participant of a kind nobody has heard of, that came and went.</summary>
    private static void WriteStranger(Utf8JsonWriter json, string conversation, long at)
    {
        json.WriteStartObject();
        json.WriteString("id", conversation[..24] + "0123456789ab");
        json.WriteString("purpose", "hologram");
        SnapshotJson.WriteTime(json, "connectedTime", at);
        SnapshotJson.WriteTime(json, "endTime", at);
        json.WriteEndObject();
    }
}
