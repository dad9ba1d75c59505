using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Tieline.Simulator.Tests.Notifications;

/// <summary>Asks a rig for channels, and for what else needs a token.</summary>
internal sealed class ChannelClient(Rig rig, string token) : IDisposable
{
    private readonly List<StreamClient> _sockets = [];

    public string Token => token;

    public static async Task<ChannelClient> OfAsync(Rig rig) => new(rig, await rig.TokenAsync());

    public static string QueueTopic(string queueId) => $"v2.routing.queues.{queueId}.conversations";

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, rig.Simulator.ApiUrl + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await rig.Http.SendAsync(request, rig.Deadline);
        var text = await answer.Content.ReadAsStringAsync(rig.Deadline);
        using var document = JsonDocument.Parse(text.Length == 0 ? "null" : text);
        return ((int)answer.StatusCode, document.RootElement.Clone());
    }

    /// <returns>Its id and where to connect.</returns>
    public async Task<(string Id, string Uri)> CreateAsync()
    {
        var (status, body) = await SendAsync(HttpMethod.Post, GenesysSimulator.ChannelsPath);
        status.ShouldBe(200);
        return (body.GetProperty("id").GetString()!, body.GetProperty("connectUri").GetString()!);
    }

    public Task<(int Status, JsonElement Body)> SubscribeAsync(string channel, IEnumerable<string> topics, string more = "", HttpMethod? method = null) =>
        SendAsync(method ?? HttpMethod.Put, $"{GenesysSimulator.ChannelsPath}/{channel}/subscriptions{more}", topics.Select(topic => new { id = topic }));

    /// <summary>A channel that subscribes, open.</summary>
    /// <param name="topics">Null: all queues that have conversations.</param>
    public async Task<(string Id, StreamClient Socket)> ListenAsync(IEnumerable<string>? topics = null)
    {
        var (id, uri) = await CreateAsync();
        (await SubscribeAsync(id, topics ?? rig.Simulator.Queues.Select(queue => QueueTopic(queue.Id)))).Status.ShouldBe(200);
        return (id, await ConnectAsync(uri));
    }

    public async Task<StreamClient> ConnectAsync(string uri)
    {
        var socket = new StreamClient(rig.Deadline);
        _sockets.Add(socket);
        var before = rig.Simulator.Status.Handshakes.GetValueOrDefault(101);
        await socket.ConnectAsync(uri, token: null);
        await rig.Simulator.WaitForAsync(status => status.Handshakes.GetValueOrDefault(101) > before && status.ChannelSockets > 0, rig.Deadline);
        return socket;
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
}
