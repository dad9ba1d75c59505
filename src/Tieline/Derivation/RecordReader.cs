using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>Reads one element of <c>conversations[]</c> of the details query. Only the members named here are ever read: no name, number, address, note or attribute becomes a string.</summary>
internal static class RecordReader
{
    private const int MaxTimeLength = 40;

    /// <param name="fault">Why it is no record, without its content; null where it is one.</param>
    public static bool TryRead(JsonElement conversation, [NotNullWhen(true)] out ConversationRecord? record, [NotNullWhen(false)] out string? fault)
    {
        var faults = new Faults();
        try
        {
            record = Read(conversation, faults);
        }
        catch (InvalidOperationException)
        {
            record = null;
            faults.Structure = "an escape that is no character";
        }

        fault = faults.Structure;
        if (fault is null && record is not null)
            return true;
        record = null;
        fault ??= "no conversationId";
        return false;
    }

    private static ConversationRecord? Read(JsonElement conversation, Faults faults)
    {
        if (conversation.ValueKind != JsonValueKind.Object)
        {
            faults.Structure = "not an object";
            return null;
        }

        if (Text(conversation, "conversationId") is not { Length: > 0 } id)
            return null;
        var start = Time(conversation, "conversationStart", faults);
        var end = Time(conversation, "conversationEnd", faults);
        var legs = new List<Leg>();
        foreach (var participant in Objects(conversation, "participants", faults))
        {
            foreach (var session in Objects(participant, "sessions", faults))
                legs.Add(ReadLeg(participant, session, faults));
        }

        return new ConversationRecord(id, start, end, legs, faults.Times);
    }

    private static Leg ReadLeg(JsonElement participant, JsonElement session, Faults faults)
    {
        var purpose = Text(participant, "purpose");
        var phases = new List<Phase>();
        foreach (var segment in Objects(session, "segments", faults))
            phases.Add(ReadPhase(segment, faults));
        return new Leg(
            KindOf(purpose, session),
            Text(participant, "participantId"),
            purpose,
            Text(participant, "userId"),
            Text(participant, "externalContactId"),
            Text(session, "mediaType"),
            OutcomeOf(session, faults),
            phases);
    }

    private static Phase ReadPhase(JsonElement segment, Faults faults)
    {
        if (IsAbsent(segment, "segmentStart"))
            faults.Times++;
        var kind = Text(segment, "segmentType") switch
        {
            "interact" => PhaseKind.Interact,
            "wrapup" => PhaseKind.WrapUp,
            _ => PhaseKind.Other,
        };
        return new Phase(
            kind,
            Time(segment, "segmentStart", faults),
            Time(segment, "segmentEnd", faults),
            IsAbsent(segment, "segmentEnd"),
            Text(segment, "queueId"),
            LegEnds.Of(Text(segment, "disconnectType")));
    }

    private static LegKind KindOf(string? purpose, JsonElement session)
    {
        if (!IsAbsent(session, "monitoredParticipantId") || !IsAbsent(session, "coachedParticipantId") || !IsAbsent(session, "screenMonitoredParticipantId"))
            return LegKind.Supervisor;
        if (!IsAbsent(session, "bargedParticipantId"))
            return LegKind.Barger;
        return purpose switch
        {
            "customer" => LegKind.Customer,
            "external" => LegKind.External,
            "acd" => LegKind.Queue,
            "agent" or "user" => LegKind.Handler,
            _ => LegKind.Other,
        };
    }

    private static QueueOutcome OutcomeOf(JsonElement session, Faults faults)
    {
        var outcome = IsAbsent(session, "flowOutType") ? QueueOutcome.Unknown : QueueOutcome.FlowedOut;
        foreach (var metric in Objects(session, "metrics", faults))
        {
            switch (Text(metric, "name"))
            {
                case "tAbandon" or "tShortAbandon":
                    return QueueOutcome.Abandoned;
                case "tFlowOut":
                    outcome = QueueOutcome.FlowedOut;
                    break;
            }
        }

        return outcome;
    }

    /// <summary>The objects of an array; none where it is missing.</summary>
    private static List<JsonElement> Objects(JsonElement parent, string name, Faults faults)
    {
        if (IsAbsent(parent, name))
            return [];
        var array = parent.GetProperty(name);
        if (array.ValueKind == JsonValueKind.Array && array.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object))
            return [.. array.EnumerateArray()];
        faults.Structure ??= $"{name} is not an array of objects";
        return [];
    }

    private static bool IsAbsent(JsonElement parent, string name) => !parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null;

    /// <summary>A member's text; null where it is none. What is no string here is an unknown form of an optional member, and no reason to lose the record.</summary>
    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A member's time; null where it is missing. One that is there and cannot be read is a fault.</summary>
    private static DateTimeOffset? Time(JsonElement parent, string name, Faults faults)
    {
        if (IsAbsent(parent, name))
            return null;
        Span<byte> utf8 = stackalloc byte[MaxTimeLength];
        if (Text(parent, name) is { } text && Encoding.UTF8.TryGetBytes(text, utf8, out var length) && EventTime.TryParse(utf8[..length], out var time))
            return time;
        faults.Times++;
        return null;
    }

    /// <summary>What was found wrong on the way.</summary>
    private sealed class Faults
    {
        /// <summary>Times that cannot be read.</summary>
        public int Times { get; set; }

        /// <summary>Why the whole record is none.</summary>
        public string? Structure { get; set; }
    }
}
