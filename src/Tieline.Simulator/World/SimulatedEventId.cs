using System.Security.Cryptography;
using System.Text;

namespace Tieline.Simulator.World;

/// <summary>The id a receiver must see for an event, from <c>docs/formats/event-id.md</c> alone: nothing is shared with what it checks.</summary>
internal static class SimulatedEventId
{
    /// <param name="endsAgain">An end of a conversation that has ended in this state before.</param>
    public static string Of(string conversationId, string type, string? state, long unixMilliseconds, bool endsAgain = false)
    {
        state ??= type == "routing.queue" ? "queued" : "";
        var once = type == "conversation.state" && (state is "completed" or "abandoned");
        var text = $"{conversationId}\n{type}\n{state}\n{(once && !endsAgain ? "" : unixMilliseconds.ToString())}{(endsAgain ? "\nepisode" : "")}";
        return "evt_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
