// What the simulator can notify at most, to a client that only reads:  dotnet run -c Release bench/notification-flood.cs [padding] [seconds]
// Both run in this one process and share its cores, so the figure is a lower bound.
#:project ../src/Tieline.Simulator/Tieline.Simulator.csproj
#:property InvariantGlobalization=true
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Tieline.Simulator;

var padding = args.Length > 0 ? int.Parse(args[0]) : 0;
var seconds = args.Length > 1 ? double.Parse(args[1]) : 5;
await using var simulator = await GenesysSimulator.StartAsync(new GenesysSimulatorOptions { Rate = 0, BodyPadding = padding });
using var http = new HttpClient();
using var form = new FormUrlEncodedContent(new Dictionary<string, string>
{
    ["grant_type"] = "client_credentials", ["client_id"] = "simulator", ["client_secret"] = "simulator-secret",
});
using var answer = await http.PostAsync(new Uri(simulator.TokenUrl), form);
using var token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
http.DefaultRequestHeaders.Authorization = new("Bearer", token.RootElement.GetProperty("access_token").GetString());
using var created = await http.PostAsync(new Uri(simulator.ChannelsUrl), null);
using var channel = JsonDocument.Parse(await created.Content.ReadAsStringAsync());
var topics = "[" + string.Join(',', simulator.Queues.Select(queue => $$"""{"id":"v2.routing.queues.{{queue.Id}}.conversations"}""")) + "]";
using var body = new StringContent(topics, Encoding.UTF8, "application/json");
using var subscribed = await http.PutAsync(new Uri($"{simulator.ChannelsUrl}/{channel.RootElement.GetProperty("id").GetString()}/subscriptions"), body);
subscribed.EnsureSuccessStatusCode();
using var socket = new ClientWebSocket();
await socket.ConnectAsync(new Uri(channel.RootElement.GetProperty("connectUri").GetString()!), default);
await socket.SendAsync(Encoding.UTF8.GetBytes("""{"message":"ping"}"""), WebSocketMessageType.Text, true, default);

var buffer = new byte[4 * 1024 * 1024];
var time = TimeProvider.System;
for (var round = 0; round < 3; round++)
{
    var start = time.GetTimestamp();
    long messages = 0, bytes = 0;
    while (time.GetElapsedTime(start).TotalSeconds < seconds)
    {
        var result = await socket.ReceiveAsync(buffer.AsMemory(), default);
        bytes += result.Count;
        messages += result.EndOfMessage ? 1 : 0;
    }
    var took = time.GetElapsedTime(start).TotalSeconds;
    Console.WriteLine($"{messages / took:n0} notifications/s, {bytes / took / 1e6:n0} MB/s, {bytes / Math.Max(1, messages):n0} bytes each");
}
