// How long it takes to hear Genesys again:  dotnet run -c Release bench/reconnect.cs EXECUTABLE [half-open|region|gateway|all] [sites] [rounds]
// The published executable against the simulator, several of them side by side; all of them mostly wait.
//   half-open  the socket falls silent without a close. From the last frame to the first over the new socket.
//   region     connections are cut and refused, REST and token too, for 10 to 120 s; then all come back together. From there to the first frame.
//   gateway    connections are cut and the stream's handshake is answered 503 for 10 to 120 s; REST and token go on. From there to the first frame.
#:project ../src/Tieline.Simulator/Tieline.Simulator.csproj
#:property InvariantGlobalization=true
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Tieline.Simulator;

var executable = args[0];
string[] kinds = args.ElementAtOrDefault(1) is { } only && only != "all" ? [only] : ["half-open", "region", "gateway"];
var sites = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 8;
var rounds = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 4;
var time = TimeProvider.System;
var taken = new ConcurrentDictionary<string, ConcurrentBag<double>>();
await Task.WhenAll(kinds.SelectMany(kind => Enumerable.Range(0, sites).Select(site => RunAsync(kind, site))));
foreach (var name in kinds)
{
    double[] sorted = [.. taken[name].Order()];
    double Of(double part) => sorted[(int)Math.Ceiling(part * sorted.Length) - 1];
    Console.WriteLine($"{name,-9} {sorted.Length} times: p50 {Of(0.5):F1} s, p90 {Of(0.9):F1} s, p99 {Of(0.99):F1} s, most {sorted[^1]:F1} s");
}

async Task RunAsync(string kind, int site)
{
    var random = new Random((site * 7919) + kind.Length);
    await Task.Delay(TimeSpan.FromSeconds(3 * site), time);
    await using var genesys = await GenesysSimulator.StartAsync(new GenesysSimulatorOptions { Rate = 10 });
    var data = Directory.CreateTempSubdirectory("tieline-bench-");
    using var process = Start(genesys, data.FullName);
    try
    {
        for (var round = 0; round < rounds; round++)
        {
            await HearsAsync(genesys, 0, TimeSpan.FromMinutes(5));
            await Task.Delay(TimeSpan.FromMilliseconds(2_000 + random.Next(3_000)), time);
            var handshakes = Handshakes(genesys);
            switch (kind)
            {
                case "half-open":
                    await genesys.InjectAsync(new SimulatorFault { Kind = "silence" });
                    break;
                case "region":
                    await genesys.InjectAsync(new SimulatorFault { Kind = "refuse", Abort = true });
                    await Task.Delay(TimeSpan.FromSeconds(10 + (110 * random.NextDouble())), time);
                    await genesys.InjectAsync(new SimulatorFault { Kind = "refuse", End = true });
                    break;
                default:
                    await genesys.InjectAsync(new SimulatorFault { Kind = "handshake", Status = 503 });
                    await genesys.InjectAsync(new SimulatorFault { Kind = "abort" });
                    await Task.Delay(TimeSpan.FromSeconds(10 + (110 * random.NextDouble())), time);
                    await genesys.InjectAsync(new SimulatorFault { Kind = "clear" });
                    break;
            }

            var from = time.GetTimestamp();
            await HearsAsync(genesys, handshakes, TimeSpan.FromMinutes(2));
            taken.GetOrAdd(kind, _ => []).Add(time.GetElapsedTime(from).TotalSeconds);
        }
    }
    finally
    {
        process.Kill();
        await process.WaitForExitAsync();
        data.Delete(recursive: true);
    }
}

// A new socket is open and subscribed, and an event has been made since: it went over that.
async Task HearsAsync(GenesysSimulator genesys, long handshakes, TimeSpan within)
{
    var from = time.GetTimestamp();
    while (Handshakes(genesys) <= handshakes || genesys.Status.Subscribed == 0)
        await PauseAsync();
    for (var made = genesys.Status.Made; genesys.Status.Made == made;)
        await PauseAsync();

    Task PauseAsync() => time.GetElapsedTime(from) < within ? Task.Delay(TimeSpan.FromMilliseconds(50), time) : throw new TimeoutException($"Not connected within {within}");
}

static long Handshakes(GenesysSimulator genesys) => genesys.Status.Handshakes.GetValueOrDefault(101);

Process Start(GenesysSimulator genesys, string data)
{
    var start = new ProcessStartInfo(executable, ["run", "--set", "Logging:Level=Error"]) { WorkingDirectory = data, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
    start.Environment["TIELINE_DataDirectory"] = Path.Combine(data, "data");
    start.Environment["TIELINE_Genesys__ApiUrl"] = genesys.Url;
    start.Environment["TIELINE_Http__Listen"] = "http://127.0.0.1:0";
    start.Environment["GENESYS_CLIENT_ID"] = "simulator";
    start.Environment["GENESYS_CLIENT_SECRET"] = "simulator-secret";
    start.Environment["CRM_WEBHOOK_URL"] = "http://127.0.0.1:9/hook"; // nobody is there: what is delivered is not measured
    var process = Process.Start(start)!;
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    return process;
}
