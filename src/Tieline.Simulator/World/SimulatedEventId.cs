using System.Security.Cryptography;
using System.Text;

namespace Tieline.Simulator.World;

/// <summary>The id a receiver must see for an event, from <c>docs/formats/event-id.md</c> alone: nothing is shared with what it checks.</summary>
internal static class SimulatedEventId
{
    public static string Of(string conversationId, string type, string? state, long unixMilliseconds)
    {
        state ??= type == "routing.queue" ? "queued" : "";
        var once = type == "conversation.state" && (state is "completed" or "abandoned");
        var text = $"{conversationId}\n{type}\n{state}\n{(once ? "" : unixMilliseconds.ToString())}";
        return "evt_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
