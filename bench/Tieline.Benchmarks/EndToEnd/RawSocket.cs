using System.Net.WebSockets;
using System.Text.Json;

namespace Tieline.Benchmarks.EndToEnd;

/// <summary>The limit of receiving: a socket and a walk over every frame's JSON, and nothing else.</summary>
internal static class RawSocket
{
    public static async Task<int> RunAsync(string stream, string token)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new Uri(stream), CancellationToken.None);
        await socket.SendAsync(
            """{"messageType":"subscribe","subscriptions":[{"channel":"conversation","filters":{"types":["voice","webChat","email"],"state":["active","queued","waiting","wrapup"]}}]}"""u8.ToArray(),
            WebSocketMessageType.Text, true, CancellationToken.None);
        Console.WriteLine("connected");
        var buffer = new byte[1024 * 1024];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
                return 0;
            if (!received.EndOfMessage)
                continue;
            Walk(buffer.AsSpan(0, length));
            length = 0;
        }
    }

    private static void Walk(ReadOnlySpan<byte> frame)
    {
        var reader = new Utf8JsonReader(frame);
        while (reader.Read())
        {
        }
    }
}
