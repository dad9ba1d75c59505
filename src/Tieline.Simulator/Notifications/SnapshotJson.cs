using System.Text.Json;
using Tieline.Simulator.Details;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Notifications;

/// <summary>What the shapes of a snapshot have in common.</summary>
internal static class SnapshotJson
{
    public const string Dialled = "tel:+15550199000";

    /// <summary>By <see cref="MediaType"/>: the member that holds the communications, and the last part of the topic for them alone.</summary>
    public static readonly string[] Media = ["calls", "messages", "emails", "callbacks", "cobrowsesessions"];

    private static readonly string[] Providers = ["Edge", "PureCloud Messaging", "PureCloud Email", "PureCloud Callback", "PureCloud Cobrowse"];

    public static string Provider(MediaType media) => Providers[(int)media];

    /// <summary>Voice ends <c>disconnected</c> and most often <c>terminated</c> right after; the rest only ever <c>disconnected</c>.</summary>
    /// <param name="leg">Whose.</param>
    /// <param name="media">Of what.</param>
    /// <param name="isTransitional">It has ended and does not say so.</param>
    public static string State(SnapshotLeg leg, MediaType media, bool isTransitional)
    {
        if (leg.EndedAt is not null && !isTransitional)
        {
            return media == MediaType.Voice && !leg.IsAgent ? "terminated" : "disconnected";
        }
        return leg switch
        {
            { IsScheduled: true } => "scheduled",
            { IsDialing: true } => "dialing",
            { ConnectedAt: null } => "alerting",
            { ParkedAt: not null, ResumedAt: null } => "parked",
            { IsTransmitting: true } => "transmitting",
            _ => "connected",
        };
    }

    public static string InitialState(SnapshotLeg leg, MediaType media) => leg switch
    {
        { IsAgent: true } => "alerting",
        { Purpose: "customer" or "acd" } when media == MediaType.Voice => "offering",
        _ => "connected",
    };

    public static string? Address(Person customer, MediaType media) => media switch
    {
        MediaType.Voice => $"tel:{customer.Phone}",
        MediaType.Email => customer.Email,
        _ => null,
    };

    public static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    public static void WriteTime(Utf8JsonWriter json, string name, long? milliseconds)
    {
        if (milliseconds is { } value)
        {
            Span<byte> text = stackalloc byte[24];
            DateTimeOffset.FromUnixTimeMilliseconds(value).UtcDateTime.TryFormat(text, out _, "yyyy-MM-ddTHH:mm:ss.fffZ");
            json.WriteString(name, text);
        }
    }

    /// <summary>Whom a leg is for, where it is not for the customer.</summary>
    public static void WriteOthers(Utf8JsonWriter json, SnapshotLeg leg)
    {
        WriteText(json, "consultParticipantId", leg.Consults);
        WriteText(json, "monitoredParticipantId", leg.Monitors);
        WriteText(json, "coachedParticipantId", leg.Coaches);
        WriteText(json, "bargedParticipantId", leg.Barges);
        if (leg is { Monitors: null, Coaches: null })
        {
            return;
        }
        json.WriteStartArray("mediaRoles");
        json.WriteStringValue(leg.Monitors is null ? "coach" : "monitor");
        json.WriteEndArray();
    }

    public static void WriteAttributes(Utf8JsonWriter json, SnapshotLeg leg, string padding)
    {
        json.WriteStartObject("attributes");
        if (leg.Attributes is var (account, note))
        {
            json.WriteString("accountNumber", account);
            json.WriteString("note", note);
            if (padding.Length > 0)
            {
                json.WriteString("history", padding);
            }
        }
        json.WriteEndObject();
    }

    public static void WriteWrapup(Utf8JsonWriter json, SnapshotLeg leg)
    {
        if (leg is not { AcwFrom: { } from, AcwTo: { } to, WrapUpCode: { } code })
        {
            return;
        }
        json.WriteStartObject("wrapup");
        json.WriteString("code", code);
        WriteText(json, "notes", leg.WrapUpNote);
        json.WriteStartArray("tags");
        json.WriteEndArray();
        json.WriteNumber("durationSeconds", (to - from) / 1000);
        WriteTime(json, "endTime", to);
        json.WriteEndObject();
    }

    public static void WriteCallback(Utf8JsonWriter json, Person customer)
    {
        json.WriteStartArray("callbackNumbers");
        json.WriteStringValue($"tel:{customer.Phone}");
        json.WriteEndArray();
        json.WriteString("callbackUserName", customer.Name);
    }

    public static void WriteRouting(Utf8JsonWriter json, string queueId)
    {
        json.WriteStartObject("conversationRoutingData");
        json.WriteStartObject("queue");
        json.WriteString("id", queueId);
        json.WriteEndObject();
        json.WriteStartObject("language");
        json.WriteEndObject();
        json.WriteNumber("priority", 0);
        json.WriteStartArray("skills");
        json.WriteEndArray();
        json.WriteStartArray("scoredAgents");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteDivisions(Utf8JsonWriter json, Snapshot snapshot)
    {
        json.WriteStartArray("divisions");
        json.WriteStartObject();
        json.WriteStartObject("division");
        json.WriteString("id", RecordWriter.Division);
        json.WriteString("selfUri", $"/api/v2/authorization/divisions/{RecordWriter.Division}");
        json.WriteEndObject();
        json.WriteStartArray("entities");
        foreach (var queue in snapshot.Legs.Where(leg => leg.Purpose == "acd").Select(leg => leg.QueueId!).Distinct())
        {
            WriteReference(json, null, queue, "routing/queues");
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    public static void WriteReference(Utf8JsonWriter json, string? name, string id, string path)
    {
        if (name is null)
        {
            json.WriteStartObject();
        }
        else
        {
            json.WriteStartObject(name);
        }
        json.WriteString("id", id);
        json.WriteString("selfUri", $"/api/v2/{path}/{Uri.EscapeDataString(id)}");
        json.WriteEndObject();
    }

    /// <summary>Something of a later release.</summary>
    public static void WriteUnknown(Utf8JsonWriter json, Oddity oddity)
    {
        if (oddity != Oddity.UnknownMember)
        {
            return;
        }
        json.WriteStartObject("resonance");
        json.WriteNumber("level", 3);
        json.WriteStartArray("phases");
        json.WriteNullValue();
        json.WriteBooleanValue(true);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>With a canary: somebody who has it in every field, and was there for a moment at the beginning.</summary>
    public static void WriteCanary(Utf8JsonWriter json, ParticipantPool people, long at)
    {
        if (people is not { Canary: { } canary, CanaryWord: { } word })
        {
            return;
        }
        json.WriteStartObject();
        foreach (var name in (string[])["id", "name", "address", "userId", "externalContactId", "queueId", "queueName", "groupId", "teamId", "ani", "dnis", "aniName", "flaggedReason", "disconnectType"])
        {
            json.WriteString(name, canary);
        }
        json.WriteString("purpose", word);
        json.WriteString("state", "disconnected");
        json.WriteStartObject("attributes");
        json.WriteString(word, canary);
        json.WriteEndObject();
        WriteTime(json, "connectedTime", at);
        WriteTime(json, "disconnectedTime", at);
        WriteTime(json, "endTime", at);
        json.WriteStartArray("calls");
        json.WriteStartObject();
        foreach (var name in (string[])["id", "provider", "peerId", "disconnectType", "scriptId"])
        {
            json.WriteString(name, canary);
        }
        json.WriteString("state", "disconnected");
        WriteTime(json, "connectedTime", at);
        WriteTime(json, "disconnectedTime", at);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
