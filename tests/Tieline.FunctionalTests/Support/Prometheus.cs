using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tieline.TestKit;

namespace Tieline.FunctionalTests.Support;

/// <summary>Debian's Prometheus as a child process: it scrapes one Tieline each second, and holds the rules against it without their patience.</summary>
internal sealed partial class Prometheus : IAsyncDisposable
{
    private const string Program = "/usr/bin/prometheus";
    private const string Promtool = "/usr/bin/promtool";

    private readonly TempDirectory _folder = new();
    private readonly HttpClient _http = new();
    private readonly Process _process = new();
    private readonly ConcurrentQueue<string> _output = new();

    private Prometheus()
    {
    }

    public static bool IsInstalled => File.Exists(Program) && File.Exists(Promtool);

    /// <returns>Its exit code.</returns>
    public static async Task<int> PromtoolAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Promtool, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (process.ExitCode != 0)
            Figures.Say($"{await output}\n{await errors}");
        return process.ExitCode;
    }

    public static async Task<Prometheus> StartAsync(Uri tieline, string rules)
    {
        var prometheus = new Prometheus();
        try
        {
            await prometheus.LaunchAsync(tieline, rules);
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <returns>The first series' value; NaN where there is none.</returns>
    public async Task<double> ValueAsync(string query)
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync($"api/v1/query?query={Uri.EscapeDataString(query)}", TestContext.Current.CancellationToken));
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0 ? double.NaN : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
    }

    /// <returns>Names of the alerts that fire.</returns>
    public async Task<IReadOnlyList<string>> FiringAsync()
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync("api/v1/alerts", TestContext.Current.CancellationToken));
        return [.. answer.RootElement.GetProperty("data").GetProperty("alerts").EnumerateArray()
            .Where(alert => alert.GetProperty("state").GetString() == "firing")
            .Select(alert => alert.GetProperty("labels").GetProperty("alertname").GetString()!)];
    }

    public string Tail() => string.Join('\n', _output.TakeLast(15));

    public async ValueTask DisposeAsync()
    {
        if (_http.BaseAddress is not null && !_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task LaunchAsync(Uri tieline, string rules)
    {
        await File.WriteAllTextAsync(_folder.FileNamed("rules.yml"), Patience().Replace(await File.ReadAllTextAsync(rules), "for: 0s"));
        await File.WriteAllTextAsync(_folder.FileNamed("prometheus.yml"), $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
            rule_files: [rules.yml]
            scrape_configs: [{ job_name: tieline, static_configs: [{ targets: ["{{tieline.Authority}}"] }] }]
            """);
        _process.StartInfo = new ProcessStartInfo(Program, [
            $"--config.file={_folder.FileNamed("prometheus.yml")}", $"--storage.tsdb.path={_folder.FileNamed("tsdb")}", "--web.listen-address=127.0.0.1:0"])
        {
            WorkingDirectory = _folder.Path,
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginErrorReadLine();
        // Port 0 is a free one: its log tells which.
        var (line, _) = await Eventually.FindAsync(
            () => Task.FromResult(_output.FirstOrDefault(text => ListensOn().IsMatch(text))), TimeSpan.FromSeconds(60), () => $"Prometheus listens\n{Tail()}");
        _http.BaseAddress = new Uri($"http://127.0.0.1:{ListensOn().Match(line).Groups["port"].Value}/");
    }

    [GeneratedRegex(@"for: \d+\w", RegexOptions.None, 1000)]
    private static partial Regex Patience();

    [GeneratedRegex(@"Listening on"" address=127\.0\.0\.1:(?<port>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ListensOn();
}
