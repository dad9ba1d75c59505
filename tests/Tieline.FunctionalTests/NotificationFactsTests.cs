using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Tieline.Derivation;
using Tieline.Events;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;

namespace Tieline.FunctionalTests;

/// <summary>The simulator and the product came to their rules apart from each other: what the one shows in snapshots and records, the other must read as the same facts.</summary>
public sealed class NotificationFactsTests
{
    /// <summary>Behind the last notification.</summary>
    private const string End = "test.end";

    [Fact]
    public async Task Snapshots_fold_into_the_facts_that_happened()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var genesys = await GenesysSimulator.StartAsync(new GenesysSimulatorOptions { Rate = 2_000, Pace = TimeSpan.FromMilliseconds(20), OpenConversations = 500, RequestsPerMinute = 0 }, cancellation: cancellation);
        using var http = await LogInAsync(genesys, cancellation);
        using var socket = await SubscribeAsync(genesys, http, cancellation);
        var states = new Dictionary<string, ConversationState>();
        var told = new HashSet<string>();
        var frame = new byte[1 << 20];
        var isStopped = false;
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(frame.AsMemory(length), cancellation);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            using var envelope = JsonDocument.Parse(frame.AsMemory(0, length));
            var topic = envelope.RootElement.GetProperty("topicName").GetString()!;
            if (topic == End)
                break;
            if (!isStopped && genesys.Status.Facts > 5_000)
            {
                isStopped = true;
                genesys.Stop();
                genesys.Emit([Encoding.UTF8.GetBytes($$"""{"topicName":"{{End}}"}""")]);
            }

            if (!topic.EndsWith(".conversations", StringComparison.Ordinal))
                continue;
            SnapshotReader.TryRead(envelope.RootElement.GetProperty("eventBody"), topic, out var snapshot, out var fault).ShouldBeTrue(fault);
            Tell(SnapshotFold.Apply(states.GetValueOrDefault(snapshot!.ConversationId), snapshot, TimeProvider.System.GetUtcNow()));
        }

        var later = TimeProvider.System.GetUtcNow().AddMinutes(1);
        foreach (var state in states.Values.ToList())
            Tell(SnapshotFold.Settle(state, later));
        var happened = genesys.Facts().ToDictionary(line => line.Id!);
        happened.Count.ShouldBeGreaterThan(1_000);
        told.Except(happened.Keys).ShouldBeEmpty();
        happened.Keys.Except(told).Select(id => $"{happened[id].Type} {happened[id].State} {happened[id].Timestamp:O} of {happened[id].ConversationId}").ShouldBeEmpty();

        void Tell(SnapshotOutcome outcome)
        {
            states[outcome.State.ConversationId] = outcome.State;
            told.UnionWith(outcome.New.Select(id => id.ToString()));
        }
    }

    private static async Task<HttpClient> LogInAsync(GenesysSimulator genesys, CancellationToken cancellation)
    {
        var http = new HttpClient { BaseAddress = new Uri(genesys.Url) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token") { Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.Latin1.GetBytes("simulator:simulator-secret")));
        using var response = await http.SendAsync(request, cancellation);
        using var token = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.RootElement.GetProperty("access_token").GetString());
        return http;
    }

    private static async Task<ClientWebSocket> SubscribeAsync(GenesysSimulator genesys, HttpClient http, CancellationToken cancellation)
    {
        using var queues = JsonDocument.Parse(await http.GetStringAsync(new Uri("/api/v2/routing/queues?pageSize=100", UriKind.Relative), cancellation));
        using var created = await http.PostAsync(new Uri("/api/v2/notifications/channels", UriKind.Relative), null, cancellation);
        using var channel = JsonDocument.Parse(await created.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation));
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(channel.RootElement.GetProperty("connectUri").GetString()!), cancellation);
        await genesys.WaitForAsync(status => status.ChannelSockets > 0, cancellation);
        // The world starts with the subscription: nothing of it is told before somebody is there to hear it.
        var topics = queues.RootElement.GetProperty("entities").EnumerateArray().Select(queue => new { id = $"v2.routing.queues.{queue.GetProperty("id").GetString()}.conversations" });
        using var subscribed = await http.PutAsJsonAsync($"/api/v2/notifications/channels/{channel.RootElement.GetProperty("id").GetString()}/subscriptions", topics, cancellation);
        subscribed.EnsureSuccessStatusCode();
        return socket;
    }
}
