using System.Text;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator.Faults;

/// <summary>Frames that are wrong in one way each.</summary>
internal static class MalformedFrames
{
    private const string Conversation = "\"conversationId\":\"6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01\"";
    private const string Time = "\"timestamp\":\"2026-03-02T09:14:07.218Z\"";
    private const string Completed = "\"type\":\"conversation.state\",\"state\":\"completed\"";
    private const int Huge = (1024 * 1024) + 100_000;

    /// <summary>Whether the frame carries a number a client can read: then it is spent on it, or the next event would look like a repeat.</summary>
    public static bool SpendsNumber(string what) => what is "noConversationId" or "wrongTypes" or "absurdTimestamp" or "huge" or "personalWord" or "personalIds" or "longId";

    /// <returns>A whole WebSocket frame.</returns>
    public static byte[] Make(string what, long sequence, DateTimeOffset now) => MakeAt(what, sequence, $"\"timestamp\":\"{now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\"");

    private static byte[] MakeAt(string what, long sequence, string time) => what switch
    {
        "notJson" => Text("this line is not JSON"),
        "truncated" => Text($"{{{Completed},{Conversation},\"timest"),
        "binary" => Frames.Make(Frames.FinalBinary, [0x00, 0x01, 0xFE, 0xFF]),
        "invalidUtf8" => Frames.Make(Frames.FinalText, [.. "{\"type\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8]),
        "array" => Text($"[{{{Completed},{Conversation},{Time}}}]"),
        "deep" => Text($"{{{Completed},{Conversation},{Time},\"participants\":{new string('[', 5000)}{new string(']', 5000)}}}"),
        "huge" => Text($"{{\"sequence\":{sequence},{Completed},{Conversation},{Time},\"padding\":\"{new string('x', Huge)}\"}}"),
        "noSequence" => Text($"{{{Completed},{Conversation},{Time}}}"),
        "stringSequence" => Text($"{{\"sequence\":\"{sequence}\",{Completed},{Conversation},{Time}}}"),
        "noConversationId" => Text($"{{\"sequence\":{sequence},{Completed},{Time}}}"),
        "wrongTypes" => Text($"{{\"sequence\":{sequence},\"type\":[1],\"state\":{{}},\"conversationId\":42,\"timestamp\":true,\"participants\":\"none\"}}"),
        "absurdTimestamp" => Text($"{{\"sequence\":{sequence},{Completed},{Conversation},\"timestamp\":\"99999-99-99T99:99:99Z\"}}"),
        "personalWord" => Text($"{{\"sequence\":{sequence},\"type\":\"routing.queue\",\"state\":\"Dana Example\",{Conversation},{time},\"mediaType\":\"tel:+15550100123\"}}"),
        "personalIds" => Text($"{{\"sequence\":{sequence},\"type\":\"routing.queue\",\"state\":\"DanaExample\",\"conversationId\":\"Dana Example tel:+15550100{sequence % 1000:000}\",{time},\"queueId\":\"dana.example@example.com\",\"mediaType\":\"DanaExample\",\"participants\":[{{\"id\":\"+15550100123\",\"role\":\"DanaExample\",\"identity\":\"customer:15550100123\"}}]}}"),
        "longId" => Text($"{{\"sequence\":{sequence},{Completed},\"conversationId\":\"{new string('7', 300)}\",{time}}}"),
        _ => throw new ArgumentException($"'{what}' is not a malformed frame", nameof(what)),
    };

    public static byte[] Heartbeat { get; } = Text("{\"messageType\":\"heartbeat\"}");

    private static byte[] Text(string text) => Frames.Make(Frames.FinalText, Encoding.UTF8.GetBytes(text));
}
