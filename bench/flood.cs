// What the simulator can send at most, to a client that only reads:  dotnet run -c Release bench/flood.cs [seconds]
// Both run in this one process and share its cores, so the figure is a lower bound.
#:project ../src/Tieline.Simulator/Tieline.Simulator.csproj
#:property InvariantGlobalization=true
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Tieline.Simulator;

var seconds = args.Length > 0 ? double.Parse(args[0]) : 5;
await using var simulator = await GenesysSimulator.StartAsync(new GenesysSimulatorOptions { Rate = 0 });
using var http = new HttpClient();
using var form = new FormUrlEncodedContent(new Dictionary<string, string>
{
    ["grant_type"] = "client_credentials", ["client_id"] = "simulator", ["client_secret"] = "simulator-secret",
});
using var answer = await http.PostAsync(new Uri(simulator.TokenUrl), form);
using var token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
using var socket = new ClientWebSocket();
socket.Options.SetRequestHeader("Authorization", "Bearer " + token.RootElement.GetProperty("access_token").GetString());
await socket.ConnectAsync(new Uri(simulator.StreamUrl), default);
var subscribe = """{"messageType":"subscribe","subscriptions":[{"channel":"conversation"}]}""";
await socket.SendAsync(Encoding.UTF8.GetBytes(subscribe), WebSocketMessageType.Text, true, default);

var buffer = new byte[256 * 1024];
var time = TimeProvider.System;
for (var round = 0; round < 3; round++)
{
    var (events, bytes, start) = (0L, 0L, time.GetTimestamp());
    while (time.GetElapsedTime(start).TotalSeconds < seconds)
    {
        for (var i = 0; i < 1000; i++)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(), default);
            bytes += read.Count;
            events += read.EndOfMessage ? 1 : 0;
        }
    }
    var elapsed = time.GetElapsedTime(start).TotalSeconds;
    Console.WriteLine($"{events / elapsed:N0} events/s, {bytes / (double)events:N0} bytes each, {bytes / elapsed / 1e6:N0} MB/s");
}
