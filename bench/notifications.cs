// What the Notifications API costs:  dotnet run -c Release bench/notifications.cs EXECUTABLE [seconds] [notifications a second]
// The published executable between the two fakes: 5,000 topics on six channels, 2,000 notifications a second with bodies of 8 to 40 KB. Prints the table for RESULTS.md.
// Genesys is a process of its own, so that making the notifications holds up nothing else; the CRM is in this one.
#:project ../src/Tieline.Simulator/Tieline.Simulator.csproj
#:property InvariantGlobalization=true
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Tieline.Simulator;

const int Topics = 5_000;
const int QueuesWithConversations = 12;
const int MemoryEverySeconds = 60;
var executable = Path.GetFullPath(args[0]);
var seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 60;
var wanted = args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 2_000;
var time = TimeProvider.System;
var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
using var genesysProcess = Begin(
    ["simulate", "genesys", "--rate", Text(wanted * 0.8), "--pace", "2", "--extra-queues", $"{Topics - QueuesWithConversations}", "--body-padding", "6500", "--body-padding-up-to", "36000", "--requests-per-minute", "0"]);
var genesys = (await genesysProcess.StandardOutput.ReadLineAsync())!.Split(' ')[^1];
using var control = new HttpClient { BaseAddress = new Uri(genesys) };
await using var crm = await CrmSimulator.StartAsync(new CrmSimulatorOptions());
var data = Directory.CreateTempSubdirectory("tieline-bench-");
using var tieline = Start();
try
{
    while (await StatusAsync() is { ChannelSockets: < 6 })
        await WaitAsync(0.2);
    var listening = await StatusAsync();
    var sizes = await SizesAsync();
    for (var round = 0; round < 2; round++)
    {
        await WaitAsync(5);
        await PaceAsync();
    }

    await WaitAsync(5);

    var (before, cpuBefore, from, startedAt) = (await StatusAsync(), tieline.TotalProcessorTime, time.GetUtcNow(), time.GetTimestamp());
    var memoryBefore = Megabytes("VmRSS");
    var memory = new List<double>();
    for (var left = seconds; left > 0; left -= MemoryEverySeconds)
    {
        await WaitAsync(Math.Min(left, MemoryEverySeconds));
        memory.Add(Megabytes("VmRSS"));
    }

    tieline.Refresh();
    var (after, cpu, took) = (await StatusAsync(), tieline.TotalProcessorTime - cpuBefore, time.GetElapsedTime(startedAt).TotalSeconds);
    var (memoryAfter, peak) = (Megabytes("VmRSS"), Megabytes("VmHWM"));
    var until = time.GetUtcNow();
    (await control.PostAsync("/_simulator/stop", null)).EnsureSuccessStatusCode().Dispose();
    await SettledAsync();

    var notifications = after.Notifications - before.Notifications;
    var facts = await FactsAsync();
    var arrived = crm.Requests().Where(request => request is { Processed: true, Id: not null }).GroupBy(request => request.Id!).ToDictionary(copies => copies.Key, copies => copies.Min(copy => copy.ArrivedAt));
    var delays = facts.Where(fact => fact.WrittenAt >= from && fact.WrittenAt < until && arrived.ContainsKey(fact.Id!)).Select(fact => (arrived[fact.Id!] - fact.WrittenAt!.Value).TotalMilliseconds).Order().ToList();
    var fetched = crm.Requests().Count(request => request.Headers.Any(header => header.Key.Equals("Tieline-Origin", StringComparison.OrdinalIgnoreCase)));
    Say($"{Topics:N0} topics on {listening.ChannelSockets} channels for {took:N0} s", "");
    Say("---", "---");
    Say("notifications a second", $"{notifications / took:N0}");
    Say("their bodies, KB (least, mean, most)", $"{sizes[0] / 1024.0:N0}, {sizes.Average() / 1024:N0}, {sizes[^1] / 1024.0:N0}");
    Say("CPU, s per 1,000 notifications", $"{cpu.TotalSeconds * 1_000 / notifications:N3}");
    Say("CPU, of one core", $"{cpu.TotalSeconds / took:P0}");
    Say("memory, MB (at the beginning, at the end, at most)", $"{memoryBefore:N0}, {memoryAfter:N0}, {peak:N0}");
    if (memory.Count > 1)
        Say($"memory, MB, every {MemoryEverySeconds} s", string.Join(", ", memory.Select(at => $"{at:N0}")));
    Say("latency from the notification to the CRM, ms (p50, p99, most)", $"{At(delays, 0.5):N1}, {At(delays, 0.99):N1}, {At(delays, 1):N1}");
    Say("conversations", $"{facts.Select(fact => fact.ConversationId).Distinct().Count():N0}");
    Say("facts of all that time, of these not at the CRM, fetched", $"{facts.Count:N0}, {facts.Count(fact => !arrived.ContainsKey(fact.Id!)):N0}, {fetched:N0}");
}
finally
{
    tieline.Kill();
    genesysProcess.Kill();
    await tieline.WaitForExitAsync();
    await genesysProcess.WaitForExitAsync();
    data.Delete(recursive: true);
}

static void Say(string what, string figures) => Console.WriteLine($"| {what} | {figures} |");

static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

static double At(List<double> delays, double part) => delays.Count == 0 ? double.NaN : delays[Math.Min(delays.Count - 1, (int)(delays.Count * part))];

Task WaitAsync(double length) => Task.Delay(TimeSpan.FromSeconds(length), time);

async Task<GenesysStatus> StatusAsync() => (await control.GetFromJsonAsync<GenesysStatus>("/_simulator/status", json))!;

// The simulator is told how many events to make; a notification goes out for each queue that a conversation has been in.
async Task PaceAsync()
{
    var before = await StatusAsync();
    await WaitAsync(5);
    var after = await StatusAsync();
    var each = (double)(after.Notifications - before.Notifications) / (after.Made - before.Made);
    using var answer = await control.PostAsJsonAsync("/_simulator/rate", new { rate = wanted / each });
    answer.EnsureSuccessStatusCode();
}

// All that has happened has come, or nothing comes any more.
async Task SettledAsync()
{
    for (var (quiet, seen) = (0, -1L); quiet < 60; quiet = crm.Status.Processed == seen ? quiet + 1 : 0, seen = crm.Status.Processed)
        await WaitAsync(0.5);
}

async Task<List<LedgerLine>> FactsAsync()
{
    var facts = new List<LedgerLine>();
    using var lines = new StreamReader(await control.GetStreamAsync("/_simulator/facts"));
    while (await lines.ReadLineAsync() is { } line)
        facts.Add(JsonSerializer.Deserialize<LedgerLine>(line, json)!);
    return facts;
}

// What a channel of our own hears for two seconds: the bodies' sizes.
async Task<List<int>> SizesAsync()
{
    using var grant = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "simulator", ["client_secret"] = "simulator-secret" });
    using var answer = await control.PostAsync("/oauth/token", grant);
    using var token = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    using var http = new HttpClient { BaseAddress = control.BaseAddress };
    http.DefaultRequestHeaders.Authorization = new("Bearer", token.RootElement.GetProperty("access_token").GetString());
    using var queues = JsonDocument.Parse(await http.GetStringAsync($"/api/v2/routing/queues?pageSize={QueuesWithConversations}"));
    using var created = await http.PostAsync("/api/v2/notifications/channels", null);
    using var channel = JsonDocument.Parse(await created.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    var topics = queues.RootElement.GetProperty("entities").EnumerateArray().Select(queue => new { id = $"v2.routing.queues.{queue.GetProperty("id").GetString()}.conversations" });
    using var subscribed = await http.PutAsJsonAsync($"/api/v2/notifications/channels/{channel.RootElement.GetProperty("id").GetString()}/subscriptions", topics);
    subscribed.EnsureSuccessStatusCode();
    using var socket = new ClientWebSocket();
    await socket.ConnectAsync(new Uri(channel.RootElement.GetProperty("connectUri").GetString()!), default);
    await socket.SendAsync(Encoding.UTF8.GetBytes("""{"message":"ping"}"""), WebSocketMessageType.Text, endOfMessage: true, default);
    var (sizes, frame, startedAt) = (new List<int>(), new byte[1024 * 1024], time.GetTimestamp());
    while (time.GetElapsedTime(startedAt).TotalSeconds < 2)
    {
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(frame.AsMemory(length), default);
            length += part.Count;
        }
        while (!part.EndOfMessage);
        using var read = JsonDocument.Parse(frame.AsMemory(0, length));
        if (read.RootElement.GetProperty("topicName").GetString()!.EndsWith(".conversations", StringComparison.Ordinal))
            sizes.Add(Encoding.UTF8.GetByteCount(read.RootElement.GetProperty("eventBody").GetRawText()));
    }

    sizes.Sort();
    return sizes;
}

// With room for its garbage: its collections would be seen in the latency of what it sends.
Process Begin(IEnumerable<string> arguments)
{
    var start = new ProcessStartInfo(executable, arguments) { UseShellExecute = false, RedirectStandardOutput = true };
    start.Environment["DOTNET_GCgen0size"] = "0x8000000";
    start.Environment["DOTNET_GCLOHThreshold"] = "0x800000";
    return Process.Start(start)!;
}

Process Start()
{
    var start = new ProcessStartInfo(executable, ["run", "--set", "Logging:Level=Warning", "--set", "Genesys:Source=Notifications", "--set", "Genesys:RequestsPerMinute=3000"])
    {
        WorkingDirectory = data.FullName, UseShellExecute = false, RedirectStandardOutput = true,
    };
    start.Environment["TIELINE_DataDirectory"] = Path.Combine(data.FullName, "data");
    start.Environment["TIELINE_Genesys__ApiUrl"] = genesys;
    start.Environment["TIELINE_Http__Listen"] = "http://127.0.0.1:0";
    start.Environment["GENESYS_CLIENT_ID"] = "simulator";
    start.Environment["GENESYS_CLIENT_SECRET"] = "simulator-secret";
    start.Environment["CRM_WEBHOOK_URL"] = crm.Url + "/hook";
    var process = Process.Start(start)!;
    process.BeginOutputReadLine();
    return process;
}

double Megabytes(string figure) => double.Parse(
    File.ReadLines($"/proc/{tieline.Id}/status").Single(line => line.StartsWith(figure, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
