using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Tieline.Simulator.Tests;

/// <summary>What any program would use: a plain <see cref="ClientWebSocket"/>.</summary>
internal sealed class StreamClient(CancellationToken deadline) : IDisposable
{
    private readonly byte[] _buffer = new byte[4 * 1024 * 1024];

    public ClientWebSocket Socket { get; } = new();

    public async Task ConnectAsync(string url, string? token)
    {
        Socket.Options.CollectHttpResponseDetails = true;
        Socket.Options.KeepAliveInterval = TimeSpan.Zero;
        if (token is not null)
        {
            Socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        }
        await Socket.ConnectAsync(new Uri(url), deadline);
    }

    public Task SendAsync(string text) => Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, deadline);

    /// <summary>The next message, and in how many reads it came.</summary>
    public async Task<(WebSocketMessageType Type, byte[] Bytes, int Reads)> ReceiveAsync()
    {
        var length = 0;
        for (var reads = 1; ; reads++)
        {
            var result = await Socket.ReceiveAsync(_buffer.AsMemory(length), deadline);
            length += result.Count;
            if (result.EndOfMessage)
            {
                return (result.MessageType, _buffer.AsSpan(0, length).ToArray(), reads);
            }
        }
    }

    public async Task<string> TextAsync()
    {
        var (type, bytes, _) = await ReceiveAsync();
        type.ShouldBe(WebSocketMessageType.Text);
        return Encoding.UTF8.GetString(bytes);
    }

    public async Task<List<JsonElement>> EventsAsync(int count)
    {
        var events = new List<JsonElement>();
        while (events.Count < count)
        {
            using var document = JsonDocument.Parse(await TextAsync());
            events.Add(document.RootElement.Clone());
        }
        return events;
    }

    public async Task<List<long>> SequencesAsync(int count) =>
        (await EventsAsync(count)).ConvertAll(e => e.GetProperty("sequence").GetInt64());

    /// <summary>Reads to the close frame.</summary>
    public async Task<(int Code, string Reason)> ClosedAsync()
    {
        while ((await ReceiveAsync()).Type != WebSocketMessageType.Close)
        {
            deadline.ThrowIfCancellationRequested();
        }
        return ((int)Socket.CloseStatus!.Value, Socket.CloseStatusDescription ?? "");
    }

    /// <summary>Reads to the end of a connection that ends without a close frame.</summary>
    public async Task LostAsync()
    {
        var error = await Should.ThrowAsync<WebSocketException>(ClosedAsync);
        error.WebSocketErrorCode.ShouldBe(WebSocketError.ConnectionClosedPrematurely);
    }

    public Task CloseAsync() => Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", deadline);

    public void Dispose() => Socket.Dispose();
}
