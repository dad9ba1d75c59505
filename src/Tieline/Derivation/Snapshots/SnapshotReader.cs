using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using static Tieline.Derivation.SnapshotJson;

namespace Tieline.Derivation;

/// <summary>Reads the body of a conversation topic, of either shape, and the answer of <c>GET /api/v2/conversations/{id}</c>. Only the members named here are ever read: no name, number, address, note or attribute becomes a string.</summary>
internal static class SnapshotReader
{
    private static readonly string[] _purposes =
        ["customer", "external", "acd", "agent", "user", "ivr", "workflow", "botflow", "voicemail", "voicesurveyflow", "fax", "group", "station", "dialer", "campaign", "api", "manual", "inbound", "outbound"];

    /// <summary>The arrays that a participant's communications stand in, and their medium as a details record calls it. A topic of one medium ends in the same word. Who watches a screen is no part of a conversation, so theirs is not among them.</summary>
    private static readonly (byte[] Array, string Medium)[] _media =
    [
        ("calls"u8.ToArray(), MediaNames.Voice),
        ("callbacks"u8.ToArray(), MediaNames.Callback),
        ("chats"u8.ToArray(), MediaNames.Chat),
        ("emails"u8.ToArray(), MediaNames.Email),
        ("messages"u8.ToArray(), MediaNames.Message),
        ("internalMessages"u8.ToArray(), "internalmessage"),
        ("cobrowsesessions"u8.ToArray(), "cobrowse"),
        ("screenshares"u8.ToArray(), "screenshare"),
        ("videos"u8.ToArray(), "video"),
        ("socialExpressions"u8.ToArray(), "socialexpression"),
    ];

    /// <inheritdoc cref="TryRead(JsonElement, string?, out ConversationSnapshot?, out string?)"/>
    public static bool TryRead(JsonElement eventBody, [NotNullWhen(true)] out ConversationSnapshot? snapshot, [NotNullWhen(false)] out string? fault) => TryRead(eventBody, null, out snapshot, out fault);

    /// <param name="topicName">Tells the medium of a flat body (<c>….conversations.calls</c>); null for the answer of REST.</param>
    /// <param name="fault">Why it is no snapshot, without its content; null where it is one.</param>
    public static bool TryRead(JsonElement eventBody, string? topicName, [NotNullWhen(true)] out ConversationSnapshot? snapshot, [NotNullWhen(false)] out string? fault)
    {
        snapshot = null;
        try
        {
            fault = Read(eventBody, MediumOf(topicName), out snapshot);
        }
        catch (InvalidOperationException)
        {
            fault = "an escape that is no character";
        }

        return (fault is null) == (snapshot is not null) && fault is null;
    }

    private static string? Read(JsonElement body, string? medium, out ConversationSnapshot? snapshot)
    {
        snapshot = null;
        if (body.ValueKind != JsonValueKind.Object)
            return "not an object";
        if (Text(body, "id"u8) is not { } id)
            return "no id";
        var legs = new List<SnapshotLeg>();
        if (Has(body, "participants"u8))
        {
            var participants = body.GetProperty("participants"u8);
            if (participants.ValueKind != JsonValueKind.Array)
                return "participants is not an array of objects";
            foreach (var participant in participants.EnumerateArray())
            {
                if (participant.ValueKind != JsonValueKind.Object)
                    return "participants is not an array of objects";
                if (ReadParticipant(participant, medium, legs) is { } fault)
                    return fault;
            }
        }

        var endedAt = Time(body, "endTime"u8);
        if (!SnapshotTimes.ArePossible(legs, endedAt))
            return SnapshotTimes.Fault;
        snapshot = new ConversationSnapshot(id, legs, endedAt, IsPartial: false, SnapshotHash.Of(legs, endedAt));
        return null;
    }

    private static string? ReadParticipant(JsonElement participant, string? medium, List<SnapshotLeg> legs)
    {
        var whole = ReadWho(participant);
        if (medium is not null || Raw(participant, "state"u8).Length > 0)
        {
            legs.Add(ReadPart(participant, participant, whole with { Media = medium }, isOnly: true));
            return null;
        }

        var arrays = new List<(JsonElement Communications, string Medium)>();
        var count = 0;
        foreach (var member in participant.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Array || MediumOf(member) is not { } name)
                continue;
            arrays.Add((member.Value, name));
            count += member.Value.GetArrayLength();
        }

        foreach (var (communications, name) in arrays)
        {
            foreach (var communication in communications.EnumerateArray())
            {
                if (communication.ValueKind != JsonValueKind.Object)
                    return "communications are not an array of objects";
                legs.Add(ReadPart(participant, communication, whole with { Media = name, CommunicationId = Text(communication, "id"u8) }, count == 1));
            }
        }

        return count == 0 && _media.Any(one => Has(participant, one.Array) && participant.GetProperty(one.Array).ValueKind != JsonValueKind.Array) ? "communications are not an array of objects" : null;
    }

    private static string? MediumOf(JsonProperty member)
    {
        foreach (var (array, name) in _media)
        {
            if (member.NameEquals(array))
                return name;
        }

        return null;
    }

    /// <summary>What is the same for all communications of a participant.</summary>
    private static SnapshotLeg ReadWho(JsonElement participant)
    {
        var purpose = PurposeOf(participant);
        var leg = new SnapshotLeg
        {
            ParticipantId = Text(participant, "id"u8),
            Purpose = purpose,
            UserId = Text(participant, "userId"u8) ?? IdOf(participant, "user"u8),
            ExternalContactId = Text(participant, "externalContactId"u8) ?? IdOf(participant, "externalContact"u8),
            QueueId = purpose == "customer" ? null : Text(participant, "queueId"u8) ?? IdOf(participant, "queue"u8) ?? RoutedQueue(participant),
            IsWatching = Has(participant, "monitoredParticipantId"u8) || Has(participant, "coachedParticipantId"u8) || Has(participant, "screenMonitoredParticipantId"u8),
            IsBarging = Has(participant, "bargedParticipantId"u8),
            WrapUpTimeout = Number(participant, "wrapupTimeoutMs"u8) is { } timeout and < int.MaxValue ? TimeSpan.FromMilliseconds(timeout) : null,
        };
        if (!participant.TryGetProperty("mediaRoles"u8, out var roles) || roles.ValueKind != JsonValueKind.Array)
            return leg;
        foreach (var role in roles.EnumerateArray())
        {
            var word = Raw(role);
            if (Is(word, "full"u8))
                leg = leg with { HasFullRole = true };
            else if (Is(word, "monitor"u8) || Is(word, "coach"u8))
                leg = leg with { HasWatchingRole = true };
        }

        return leg;
    }

    /// <param name="part">The communication; the participant itself where that is flat.</param>
    /// <param name="isOnly">It is the participant's only one, so that the participant's own times are its too.</param>
    private static SnapshotLeg ReadPart(JsonElement participant, JsonElement part, SnapshotLeg leg, bool isOnly)
    {
        var state = Raw(part, "state"u8);
        var connected = Time(part, "connectedTime"u8) ?? (isOnly ? Time(participant, "connectedTime"u8) : null);
        var ended = Time(part, "disconnectedTime"u8) ?? Time(participant, "endTime"u8);

        // Seen in real payloads: disconnectedTime is set while the state is still connected.
        var isEnded = ended is not null || Is(state, "disconnected"u8) || Is(state, "terminated"u8);
        leg = leg with
        {
            StartedAt = Time(part, "startAlertingTime"u8) ?? (isOnly ? Time(participant, "startTime"u8) : null),
            ConnectedAt = connected,
            EndedAt = ended,
            IsEnded = isEnded,
            IsAnswered = connected is not null || IsLive(state),
            IsScheduled = Is(state, "scheduled"u8),
            End = isEnded ? LegEnds.Of(Text(part, "disconnectType"u8)) : LegEnd.None,
        };
        return isEnded ? WithWrapUp(participant, part, leg) : leg;
    }

    /// <summary>Of a leg that goes on none is read: an agent may set a code while still talking.</summary>
    private static SnapshotLeg WithWrapUp(JsonElement participant, JsonElement part, SnapshotLeg leg)
    {
        var work = part.TryGetProperty("afterCallWork"u8, out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        var code = part.TryGetProperty("wrapup"u8, out found) && found.ValueKind == JsonValueKind.Object ? found
            : participant.TryGetProperty("wrapup"u8, out found) && found.ValueKind == JsonValueKind.Object ? found : default;
        var isWork = work.ValueKind == JsonValueKind.Object;
        var isCode = code.ValueKind == JsonValueKind.Object;
        var acwEnd = Time(participant, "endAcwTime"u8);
        var state = isWork ? Raw(work, "state"u8) : default;
        var wrapUp = WrapUp.None;
        if (Is(state, "pending"u8))
            wrapUp = WrapUp.Pending;
        else if (Is(state, "complete"u8) || Is(state, "skipped"u8) || Is(state, "notApplicable"u8) || isCode || acwEnd is not null || IsTrue(participant, "wrapupSkipped"u8))
            wrapUp = WrapUp.Over;
        else if (IsTrue(participant, "wrapupRequired"u8))
            wrapUp = WrapUp.Pending;
        return leg with
        {
            WrapUp = wrapUp,
            WrapUpStart = (isWork ? Time(work, "startTime"u8) : null) ?? Time(participant, "startAcwTime"u8),
            WrapUpEnd = wrapUp == WrapUp.Pending ? null : (isWork ? Time(work, "endTime"u8) : null) ?? acwEnd ?? (isCode ? Time(code, "endTime"u8) : null),
        };
    }

    private static bool IsLive(ReadOnlySpan<byte> state) =>
        Is(state, "connected"u8) || Is(state, "transmitting"u8) || Is(state, "uploading"u8) || Is(state, "converting"u8);

    private static string? RoutedQueue(JsonElement participant) =>
        participant.TryGetProperty("conversationRoutingData"u8, out var routing) && routing.ValueKind == JsonValueKind.Object ? IdOf(routing, "queue"u8) : null;

    private static string? PurposeOf(JsonElement participant)
    {
        var word = Raw(participant, "purpose"u8);
        foreach (var purpose in _purposes)
        {
            if (Ascii.EqualsIgnoreCase(word, purpose))
                return purpose;
        }

        return Text(participant, "purpose"u8);
    }

    private static string? MediumOf(string? topicName)
    {
        if (topicName is null)
            return null;
        var last = topicName.AsSpan(topicName.LastIndexOf('.') + 1);
        foreach (var (array, medium) in _media)
        {
            if (Ascii.EqualsIgnoreCase(array, last))
                return medium;
        }

        return null;
    }
}
