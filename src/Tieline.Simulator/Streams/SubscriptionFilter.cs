using System.Text.Json;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Streams;

/// <summary>What one subscribe message asks for. Equal filters of one client share one numbering, whatever the order of their members.</summary>
internal sealed class SubscriptionFilter
{
    private readonly List<Part> _parts;

    private SubscriptionFilter(List<Part> parts)
    {
        _parts = parts;
        Key = string.Join('|', parts.Select(p => p.Key).Distinct().Order(StringComparer.Ordinal));
    }

    public string Key { get; }

    /// <summary>An event passes when its conversation is of a listed media type and was in a listed state before the event or is in one after it:
    /// so the way out of a live state is delivered, and what happens to archived conversations is not. A list left out asks for everything,
    /// an empty one for nothing.</summary>
    public bool Matches(in MadeEvent made) => Matches(made.Conversation.Media, made.Before, made.After);

    public bool Matches(MediaType media, ConversationState before, ConversationState after)
    {
        foreach (var part in _parts)
        {
            if ((part.Types is null || part.Types.Contains(MediaTypes.Names[(int)media]))
                && (part.States is null || part.Has(before) || part.Has(after)))
            {
                return true;
            }
        }
        return false;
    }

    /// <exception cref="SubscribeException">The message is not a subscribe message.</exception>
    public static SubscriptionFilter Parse(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var document = JsonDocument.Parse(message);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            throw new SubscribeException(1007, "not JSON");
        }
    }

    private static SubscriptionFilter Read(JsonElement root)
    {
        if (Text(root, "messageType") != "subscribe")
        {
            throw new SubscribeException(1008, "messageType must be subscribe");
        }
        if (!root.TryGetProperty("subscriptions", out var subscriptions) || subscriptions.ValueKind != JsonValueKind.Array)
        {
            throw new SubscribeException(1008, "subscriptions must be an array");
        }
        return new SubscriptionFilter(subscriptions.EnumerateArray().Select(ReadPart).ToList());
    }

    private static Part ReadPart(JsonElement subscription)
    {
        if (Text(subscription, "channel") != "conversation")
        {
            throw new SubscribeException(1008, "channel must be conversation");
        }
        return subscription.TryGetProperty("filters", out var filters) && filters.ValueKind == JsonValueKind.Object
            ? new Part(Strings(filters, "types"), Strings(filters, "state"))
            : new Part(null, null);
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static HashSet<string>? Strings(JsonElement filters, string name)
    {
        if (!filters.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            throw new SubscribeException(1008, $"filters.{name} must be an array of strings");
        }
        return list.EnumerateArray().Select(item => item.GetString()!).ToHashSet(StringComparer.Ordinal);
    }

    private sealed record Part(HashSet<string>? Types, HashSet<string>? States)
    {
        private static readonly string[] Names = ["", "active", "queued", "waiting", "wrapup", "completed", "abandoned", "transfer"];

        public string Key => $"types={Join(Types)};state={Join(States)}";

        public bool Has(ConversationState state) => States!.Contains(Names[(int)state]);

        private static string Join(HashSet<string>? list) => list is null ? "*" : string.Join(',', list.Order(StringComparer.Ordinal));
    }
}

/// <param name="closeCode">What a strict server closes with.</param>
internal sealed class SubscribeException(int closeCode, string message) : Exception(message)
{
    public int CloseCode { get; } = closeCode;
}
