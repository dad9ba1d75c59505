using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using InMemoryRelay;

// What a good engineer writes in a day: a socket, a JSON reader, a bounded channel, 64 posts in flight, nothing on disk.
// The yardstick that Tieline is measured beside. Usage: InMemoryRelay API-URL STREAM-URL WEBHOOK-URL CLIENT-ID CLIENT-SECRET
var (api, stream, webhook, clientId, clientSecret) = (args[0], args[1], args[2], args[3], args[4]);
const int InFlight = 64;

using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = InFlight, ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(5) };
var token = await FetchTokenAsync();
var channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(10_000) { SingleWriter = true });
var posting = Enumerable.Range(0, InFlight).Select(_ => PostAsync()).ToArray();

using var socket = new ClientWebSocket();
socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
await socket.ConnectAsync(new Uri(stream), CancellationToken.None);
await socket.SendAsync(
    """{"messageType":"subscribe","subscriptions":[{"channel":"conversation","filters":{"types":["voice","webChat","email"],"state":["active","queued","waiting","wrapup"]}}]}"""u8.ToArray(),
    WebSocketMessageType.Text, true, CancellationToken.None);
Console.WriteLine("connected");

var buffer = new byte[1024 * 1024];
var length = 0;
while (socket.State == WebSocketState.Open)
{
    var received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
    length += received.Count;
    if (!received.EndOfMessage)
        continue;
    var payload = Relay.Convert(buffer.AsSpan(0, length));
    length = 0;
    if (payload is not null && !channel.Writer.TryWrite(payload))
        await channel.Writer.WriteAsync(payload);
}

channel.Writer.Complete();
await Task.WhenAll(posting);
return 0;

async Task PostAsync()
{
    await foreach (var payload in channel.Reader.ReadAllAsync())
    {
        using var content = new ByteArrayContent(payload);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await http.PostAsync(webhook, content);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"lost one: {e.Message}");
        }
    }
}

async Task<string> FetchTokenAsync()
{
    using var form = new FormUrlEncodedContent(new Dictionary<string, string>
    {
        ["client_id"] = clientId,
        ["client_secret"] = clientSecret,
        ["grant_type"] = "client_credentials",
    });
    using var response = await http.PostAsync($"{api}/oauth/token", form);
    response.EnsureSuccessStatusCode();
    using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    return answer.RootElement.GetProperty("access_token").GetString()!;
}
