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
