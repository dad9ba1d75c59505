using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Tieline.Service.Commands.Demo;

/// <summary>Listens in on the simulator for a moment, as a second client: what Tieline is sent, before anything is taken out of it. The search
/// for personal data has to find it in here, or its finding nothing elsewhere would mean nothing.</summary>
internal static class SampleFrames
{
    private const int Frames = 100;

    /// <param name="subscribe">The subscribe message that Tieline sent.</param>
    /// <returns>The frames as they came, one a line.</returns>
    public static async Task<string> ReadAsync(HttpClient http, DemoSite site, string subscribe, CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + await TokenAsync(http, site, cancellation));
        socket.Options.Proxy = null;
        await socket.ConnectAsync(site.StreamUrl, cancellation);
        await socket.SendAsync(Encoding.UTF8.GetBytes(subscribe), WebSocketMessageType.Text, endOfMessage: true, cancellation);
        return await ReadAsync(socket, cancellation);
    }

    /// <summary>As <see cref="ReadAsync(HttpClient, DemoSite, string, CancellationToken)"/>, over a channel with every queue's topic.</summary>
    public static async Task<string> ReadChannelAsync(HttpClient http, DemoSite site, CancellationToken cancellation)
    {
        var token = await TokenAsync(http, site, cancellation);
        var queues = await AskAsync(http, HttpMethod.Get, new Uri(site.SimulatorUrl, "/api/v2/routing/queues?pageSize=100"), token, null, cancellation);
        var channel = await AskAsync(http, HttpMethod.Post, new Uri(site.SimulatorUrl, "/api/v2/notifications/channels"), token, null, cancellation);
        var topics = queues.GetProperty("entities").EnumerateArray().Select(queue => new { id = $"v2.routing.queues.{queue.GetProperty("id").GetString()}.conversations" });
        var subscriptions = new Uri(site.SimulatorUrl, $"/api/v2/notifications/channels/{channel.GetProperty("id").GetString()}/subscriptions");
        await AskAsync(http, HttpMethod.Put, subscriptions, token, JsonContent.Create(topics), cancellation);
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        await socket.ConnectAsync(new Uri(channel.GetProperty("connectUri").GetString()!), cancellation);
        return await ReadAsync(socket, cancellation);
    }

    private static async Task<string> ReadAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        var sample = new StringBuilder();
        var buffer = new byte[64 * 1024];
        for (var frame = 0; frame < Frames;)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            sample.Append(Encoding.UTF8.GetString(buffer.AsSpan(0, received.Count)));
            if (!received.EndOfMessage)
                continue;
            sample.Append('\n');
            frame++;
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
        return sample.ToString();
    }

    private static async Task<JsonElement> AskAsync(HttpClient http, HttpMethod method, Uri url, string token, HttpContent? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, url) { Content = body };
        request.Headers.Authorization = new("Bearer", token);
        using var response = await http.SendAsync(request, cancellation);
        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    private static async Task<string> TokenAsync(HttpClient http, DemoSite site, CancellationToken cancellation)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = DemoChildren.ClientId,
            ["client_secret"] = DemoChildren.ClientSecret,
        });
        using var response = await http.PostAsync(new Uri(site.SimulatorUrl, "/oauth/token"), form, cancellation);
        response.EnsureSuccessStatusCode();
        var token = await response.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return token.GetProperty("access_token").GetString()!;
    }
}
