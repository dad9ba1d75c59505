using System.Text;
using System.Text.Json;
using Tieline.TestKit;

namespace Tieline.Simulator.Tests;

/// <summary>A simulator on a clock that only the test moves: each advance makes exactly the events that are due.</summary>
internal sealed class Rig : IAsyncDisposable
{
    public const string SubscribeAll = """{"messageType":"subscribe","subscriptions":[{"channel":"conversation"}]}""";

    public const string SubscribeLive =
        """{"messageType":"subscribe","subscriptions":[{"channel":"conversation","filters":{"types":["voice","webChat","email"],"state":["active","queued","waiting","wrapup"]}}]}""";

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(30));
    private readonly List<StreamClient> _clients = [];

    private Rig(GenesysSimulator simulator, ManualTime clock)
    {
        Simulator = simulator;
        Clock = clock;
    }

    public GenesysSimulator Simulator { get; }

    public ManualTime Clock { get; }

    public HttpClient Http { get; } = new();

    /// <summary>No wait of a test is longer.</summary>
    public CancellationToken Deadline => _deadline.Token;

    public static async Task<Rig> StartAsync(Action<GenesysSimulatorOptions>? configure = null)
    {
        var options = new GenesysSimulatorOptions { Rate = 100, OpenConversations = 8 };
        configure?.Invoke(options);
        var clock = new ManualTime();
        return new Rig(await GenesysSimulator.StartAsync(options, clock), clock);
    }

    public async Task<string> TokenAsync(string id = "simulator", string secret = "simulator-secret", string? scope = null)
    {
        using var answer = await PostTokenAsync(id, secret, scope);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Deadline));
        return body.RootElement.GetProperty("access_token").GetString()!;
    }

    public async Task<HttpResponseMessage> PostTokenAsync(string id, string secret, string? scope = null)
    {
        var fields = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = id, ["client_secret"] = secret };
        if (scope is not null)
        {
            fields["scope"] = scope;
        }
        using var form = new FormUrlEncodedContent(fields);
        return await Http.PostAsync(new Uri(Simulator.TokenUrl), form, Deadline);
    }

    /// <summary>A socket that has subscribed and been heard; with null, one that has said nothing.</summary>
    public async Task<StreamClient> ConnectAsync(string? subscribe = SubscribeAll, string? token = null)
    {
        var client = new StreamClient(Deadline);
        _clients.Add(client);
        await client.ConnectAsync(Simulator.StreamUrl, token ?? await TokenAsync());
        if (subscribe is not null)
        {
            var before = Simulator.Status.Subscribes;
            await client.SendAsync(subscribe);
            await Simulator.WaitForAsync(status => status.Subscribes > before, Deadline);
        }
        return client;
    }

    /// <summary>Lets time pass until so many more events are due.</summary>
    public async Task MakeAsync(int events)
    {
        var status = Simulator.Status;
        Clock.Advance(TimeSpan.FromSeconds((events + 0.01) / status.Rate));
        await Simulator.WaitForAsync(now => now.Made >= status.Made + events, Deadline);
    }

    public Task InjectAsync(string fault) => Simulator.InjectAsync(SimulatorFault.Parse(fault));

    public async Task<(int Status, JsonElement Body)> PostAsync(string call, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8);
        using var answer = await Http.PostAsync(new Uri(Simulator.Url + GenesysSimulator.ControlPath + call), content, Deadline);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Deadline));
        return ((int)answer.StatusCode, document.RootElement.Clone());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }
        await Simulator.DisposeAsync();
        Http.Dispose();
        _deadline.Dispose();
    }
}
