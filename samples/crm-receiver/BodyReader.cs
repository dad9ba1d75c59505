using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace CrmReceiver;

/// <summary>Reads a payload as docs/formats/payload.md describes it. Members it does not know are ignored: a later version may add some. Pure.</summary>
internal static class BodyReader
{
    /// <param name="problem">What is wrong, for the sender to read; it names members, never their values.</param>
    public static bool TryRead(JsonElement body, string id, string origin, [NotNullWhen(true)] out Delivery? delivery, [NotNullWhen(false)] out string? problem)
    {
        delivery = null;
        if (body.ValueKind != JsonValueKind.Object)
            problem = "the body must be a JSON object";
        else if (!TryText(body, "conversationId", out var conversationId) || conversationId is null or "")
            problem = "conversationId must be a string that is not empty";
        else if (!TryText(body, "type", out var type) || type is null or "")
            problem = "type must be a string that is not empty";
        else if (!TryText(body, "state", out var state))
            problem = "state must be a string or absent";
        else if (!TryTime(body, out var timestamp))
            problem = "timestamp must be an ISO 8601 time with its offset";
        else if (!TryParticipants(body, out var participants))
            problem = "participants must be a list of objects whose id, role and identity are strings or absent";
        else
        {
            delivery = new Delivery(id, conversationId, type, state, timestamp, participants, origin);
            problem = null;
            return true;
        }

        return false;
    }

    /// <summary>True with null when the member is absent.</summary>
    private static bool TryText(JsonElement parent, string name, out string? text)
    {
        text = null;
        if (!parent.TryGetProperty(name, out var member))
            return true;
        if (member.ValueKind != JsonValueKind.String)
            return false;
        text = member.GetString();
        return true;
    }

    private static bool TryTime(JsonElement body, out DateTimeOffset time)
    {
        time = default;
        return TryText(body, "timestamp", out var text) && text is not null && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T'))
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);
    }

    private static bool TryParticipants(JsonElement body, out IReadOnlyList<DeliveryParticipant> participants)
    {
        participants = [];
        if (!body.TryGetProperty("participants", out var list) || list.ValueKind != JsonValueKind.Array)
            return false;
        var read = new List<DeliveryParticipant>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object
                || !TryText(item, "id", out var id) || !TryText(item, "role", out var role) || !TryText(item, "identity", out var identity))
                return false;
            read.Add(new DeliveryParticipant(id, role, identity));
        }

        participants = read;
        return true;
    }
}
