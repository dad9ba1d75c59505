// What a large backfill costs live events, and how much memory it takes:  dotnet run -c Release bench/backfill.cs EXECUTABLE [events]
// The published executable between the two fakes: live at 500 events/s; killed while EVENTS for the CRM happen; started again, so that it fetches them while live events go on.
// Genesys is a process of its own, so that making a page of records holds up neither the live events nor the CRM within one runtime.
#:project ../src/Tieline.Simulator/Tieline.Simulator.csproj
#:property InvariantGlobalization=true
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Tieline.Simulator;

var executable = args[0];
var missed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100_000;
var time = TimeProvider.System;
var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
var live = TimeSpan.FromSeconds(20);
using var genesysProcess = Begin(executable, ["simulate", "genesys", "--rate", "500", "--ledger", "false"]);
var genesys = (await genesysProcess.StandardOutput.ReadLineAsync())!.Split(' ')[^1];
using var control = new HttpClient { BaseAddress = new Uri(genesys) };
await using var crm = await CrmSimulator.StartAsync(new CrmSimulatorOptions());
var raw = new List<(string Conversation, DateTimeOffset At, DateTimeOffset ArrivedAt)>(100_000);
var data = Directory.CreateTempSubdirectory("tieline-bench-");
try
{
    using var stopReading = new CancellationTokenSource();
    var reading = ReadAsync(raw, stopReading.Token);
    var first = Start();
    await DeliveredAsync(200);
    await Task.Delay(TimeSpan.FromMilliseconds(5_000), time);
    var from = time.GetUtcNow();
    await Task.Delay(live, time);
    var (alone, rawAlone, addedAlone) = (Live(from, time.GetUtcNow()), Raw(from, time.GetUtcNow()), Added(from, time.GetUtcNow()));
    var idle = Megabytes(first, "VmRSS");
    first.Kill();
    await first.WaitForExitAsync();
    var goal = (await RateAsync(5_000, 1)).Made + missed;
    while ((await StatusAsync()).Made < goal)
        await Task.Delay(TimeSpan.FromMilliseconds(50), time);
    await RateAsync(500, 0.2);

    var second = Start();
    from = time.GetUtcNow() + TimeSpan.FromSeconds(8); // its start and its hold are not what is measured
    var started = time.GetTimestamp();
    var (before, made) = (crm.Status.Processed, (await StatusAsync()).Made);
    // Only counted here: to look at each request while it is measured would be measured too.
    while (crm.Status.Processed - before < missed + (((await StatusAsync()).Made - made) * 0.19) && time.GetElapsedTime(started) < TimeSpan.FromMinutes(5))
        await Task.Delay(TimeSpan.FromMilliseconds(500), time);

    var took = time.GetElapsedTime(started);
    var until = time.GetUtcNow();
    var fetched = crm.Requests().Count(IsFetched);
    var (beside, rawBeside, addedBeside) = (Live(from, until), Raw(from, until), Added(from, until));
    var peak = Megabytes(second, "VmHWM");
    second.Kill();
    await second.WaitForExitAsync();
    await stopReading.CancelAsync();
    await reading;
    Console.WriteLine($"fetched {fetched:N0} of about {missed:N0} in {took.TotalSeconds:N0} s, {(await StatusAsync()).DetailsRequests.Values.Sum():N0} queries");
    Console.WriteLine($"memory: {idle:N0} MB when idle, {peak:N0} MB at most during the backfill: {peak - idle:N0} MB more");
    Say("live at 500 events/s, from the event to the CRM", alone, beside);
    Say("from the event to a client that only reads", rawAlone, rawBeside);
    Say("from there to the CRM: what Tieline adds", addedAlone, addedBeside);
}
finally
{
    genesysProcess.Kill();
    await genesysProcess.WaitForExitAsync();
    data.Delete(recursive: true);
}

static void Say(string what, (double P50, double P99, int Count) alone, (double P50, double P99, int Count) beside) => Console.WriteLine(
    $"{what + ":",-49} p50 {alone.P50:N2} ms, p99 {alone.P99:N2} ms ({alone.Count:N0} events) without it; p50 {beside.P50:N2} ms, p99 {beside.P99:N2} ms ({beside.Count:N0}) beside it: {beside.P99 / alone.P99:N2} times");

async Task<GenesysStatus> StatusAsync() => (await control.GetFromJsonAsync<GenesysStatus>("/_simulator/status", json))!;

async Task<GenesysStatus> RateAsync(double rate, double passing)
{
    using var answer = await control.PostAsJsonAsync("/_simulator/rate", new { rate, passing });
    return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<GenesysStatus>(json))!;
}

// With room for its garbage: its collections would be seen in the latency of the events that it makes.
static Process Begin(string program, IEnumerable<string> arguments)
{
    var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
    start.Environment["DOTNET_GCgen0size"] = "0x8000000";
    start.Environment["DOTNET_GCLOHThreshold"] = "0x800000";
    return Process.Start(start)!;
}

Process Start()
{
    var start = new ProcessStartInfo(executable, ["run", "--set", "Logging:Level=Warning"]) { WorkingDirectory = data.FullName, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
    start.Environment["TIELINE_DataDirectory"] = Path.Combine(data.FullName, "data");
    start.Environment["TIELINE_Genesys__ApiUrl"] = genesys;
    start.Environment["TIELINE_Http__Listen"] = "http://127.0.0.1:0";
    start.Environment["GENESYS_CLIENT_ID"] = "simulator";
    start.Environment["GENESYS_CLIENT_SECRET"] = "simulator-secret";
    start.Environment["CRM_WEBHOOK_URL"] = crm.Url + "/hook";
    var process = Process.Start(start)!;
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    return process;
}

async Task DeliveredAsync(int count)
{
    while (crm.Status.Processed < count)
        await Task.Delay(TimeSpan.FromMilliseconds(50), time);
}

// The yardstick: what passes between an event and a client that does nothing but read.
async Task ReadAsync(List<(string Conversation, DateTimeOffset At, DateTimeOffset ArrivedAt)> seen, CancellationToken stopping)
{
    using var grant = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "simulator", ["client_secret"] = "simulator-secret" });
    using var answer = await control.PostAsync("/oauth/token", grant, stopping);
    using var token = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(stopping));
    using var socket = new ClientWebSocket();
    socket.Options.SetRequestHeader("Authorization", "Bearer " + token.RootElement.GetProperty("access_token").GetString());
    await socket.ConnectAsync(new Uri(genesys.Replace("http", "ws", StringComparison.Ordinal) + "/api/v2/analytics/events/stream"), stopping);
    await socket.SendAsync("""{"messageType":"subscribe","subscriptions":[{"channel":"conversation"}]}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, stopping);
    var frame = new byte[64 * 1024];
    try
    {
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(frame.AsMemory(length), stopping);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            var now = time.GetUtcNow();
            using var read = JsonDocument.Parse(frame.AsMemory(0, length));
            if (read.RootElement.TryGetProperty("conversationId", out var conversation))
            {
                lock (seen)
                    seen.Add((conversation.GetString()!, read.RootElement.GetProperty("timestamp").GetDateTimeOffset(), now));
            }
        }
    }
    catch (OperationCanceledException)
    {
        // Seen enough.
    }
}

(double P50, double P99, int Count) Raw(DateTimeOffset since, DateTimeOffset until)
{
    lock (raw)
        return Percentiles([.. raw.Where(one => one.At >= since && one.At < until).Select(one => (one.ArrivedAt - one.At).TotalMilliseconds).Order()]);
}

// What Tieline adds: from when the client that only reads has an event to when the CRM has it.
(double P50, double P99, int Count) Added(DateTimeOffset since, DateTimeOffset until)
{
    Dictionary<(string, DateTimeOffset), DateTimeOffset> read;
    lock (raw)
        read = raw.Where(one => one.At >= since && one.At < until).GroupBy(one => (one.Conversation, one.At)).ToDictionary(same => same.Key, same => same.Max(one => one.ArrivedAt));
    var added = new List<double>();
    foreach (var request in crm.Requests().Where(request => request.Processed && !IsFetched(request)))
    {
        if (read.TryGetValue(KeyOf(request), out var at))
            added.Add((request.ArrivedAt - at).TotalMilliseconds);
    }

    return Percentiles([.. added.Order()]);
}

static (double P50, double P99, int Count) Percentiles(List<double> delays) =>
    delays.Count == 0 ? (double.NaN, double.NaN, 0) : (delays[delays.Count / 2], delays[(int)(delays.Count * 0.99)], delays.Count);

static bool IsFetched(CrmRequest request) => request.Headers.Any(header => header.Key.Equals("Tieline-Origin", StringComparison.OrdinalIgnoreCase));

// Live events that happened from then on.
(double P50, double P99, int Count) Live(DateTimeOffset since, DateTimeOffset until)
{
    return Percentiles([.. crm.Requests().Where(request => request.Processed && !IsFetched(request)).Select(request => (KeyOf(request).At, request.ArrivedAt)).Where(one => one.At >= since && one.At < until)
        .Select(one => (one.ArrivedAt - one.At).TotalMilliseconds).Order()]);
}

static (string Conversation, DateTimeOffset At) KeyOf(CrmRequest request)
{
    using var body = JsonDocument.Parse(request.Body);
    return (body.RootElement.GetProperty("conversationId").GetString()!, body.RootElement.GetProperty("timestamp").GetDateTimeOffset());
}

static double Megabytes(Process process, string figure) => double.Parse(
    File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith(figure, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
