using System.Diagnostics;
using System.Globalization;
using Tieline.Simulator;

namespace Tieline.Benchmarks.EndToEnd;

/// <summary>A child process between the two fakes, and what the kernel says of it.</summary>
internal sealed class Contender : IAsyncDisposable
{
    private const double TicksPerSecond = 100; // USER_HZ, fixed on Linux

    private readonly Process _process;
    private readonly DirectoryInfo? _data;

    private Contender(Process process, DirectoryInfo? data) => (_process, _data) = (process, data);

    /// <summary>Where Tieline keeps its data.</summary>
    public string DataDirectory => Path.Combine(_data!.FullName, "data");

    /// <summary>User and system time of the process so far.</summary>
    public double CpuSeconds
    {
        get
        {
            var fields = File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[1].Split(' ');
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary><c>VmHWM</c>: the most memory it ever had resident.</summary>
    public double PeakMegabytes => double.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    public static Contender Tieline(string executable, GenesysSimulator genesys, CrmSimulator crm)
    {
        var data = Directory.CreateTempSubdirectory("tieline-bench-");
        var start = new ProcessStartInfo(executable, ["run", "--set", "Logging:Level=Warning"]) { WorkingDirectory = data.FullName, UseShellExecute = false };
        start.Environment["TIELINE_DataDirectory"] = Path.Combine(data.FullName, "data");
        start.Environment["TIELINE_Genesys__ApiUrl"] = genesys.Url;
        start.Environment["TIELINE_Http__Listen"] = "http://127.0.0.1:0";
        start.Environment["GENESYS_CLIENT_ID"] = Rig.ClientId;
        start.Environment["GENESYS_CLIENT_SECRET"] = Rig.ClientSecret;
        start.Environment["CRM_WEBHOOK_URL"] = crm.Url + "/hook";
        return Start(start, data);
    }

    public static Contender InMemoryRelay(string executable, GenesysSimulator genesys, CrmSimulator crm) =>
        Start(new ProcessStartInfo(executable, [genesys.Url, genesys.StreamUrl, crm.Url + "/hook", Rig.ClientId, Rig.ClientSecret]), null);

    public static Contender Yardstick(params string[] arguments) => Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tieline.Benchmarks"), arguments), null);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _data?.Delete(recursive: true);
    }

    public Task WaitForExitAsync() => _process.WaitForExitAsync();

    private static Contender Start(ProcessStartInfo start, DirectoryInfo? data)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text && data is not null)
                Console.Error.WriteLine(text);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Contender(process, data);
    }
}
