using System.Globalization;
using System.Text;

namespace Tieline.Benchmarks.EndToEnd;

/// <summary>Tieline beside the raw limits and beside what a good engineer writes in a day, in turn, in one run: medians, and ratios.</summary>
internal static class ComparisonTable
{
    private const int MinRuns = 3;

    private static readonly int[] _rates = [500, 2_000];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var runs = int.Parse(Value(arguments, "--runs") ?? "3", CultureInfo.InvariantCulture);
        if (runs < MinRuns)
        {
            await Console.Error.WriteLineAsync($"--runs: at least {MinRuns}, was {runs}");
            return 2;
        }

        var rows = (Value(arguments, "--rows") ?? "ingest,deliver,500,2000,peak").Split(',').ToHashSet(StringComparer.Ordinal);
        var programs = Programs.Find();
        Dictionary<string, List<double>> seen = [];
        for (var run = 1; run <= runs; run++)
        {
            await Console.Error.WriteLineAsync($"run {run} of {runs}");
            await RunOnceAsync(programs, rows, seen);
        }

        var table = Write(seen, runs);
        Console.WriteLine(table);
        if (Value(arguments, "--out") is { } path)
            await File.WriteAllTextAsync(path, table);
        return 0;
    }

    private static async Task RunOnceAsync(Programs programs, HashSet<string> rows, Dictionary<string, List<double>> seen)
    {
        Note(seen, "raw/journal", RawJournal.RowsPerSecond(groups: 200));
        if (rows.Contains("ingest"))
        {
            Note(seen, "raw/ingest", await Measurements.IngestAsync(async rig => Contender.Yardstick("raw-socket", rig.Genesys.StreamUrl, await rig.TokenAsync())));
            foreach (var (name, start) in programs.Contenders)
                Note(seen, $"{name}/ingest", await Measurements.IngestAsync(start));
        }

        if (rows.Contains("deliver"))
        {
            Note(seen, "raw/deliver", await Measurements.PostAsync(120_000));
            foreach (var (name, start) in programs.Contenders)
                Note(seen, $"{name}/deliver", await Measurements.DeliverAsync(start));
        }

        var commits = await RawJournal.CommitsAsync(600);
        Note(seen, "raw/commit p50", Measurements.At(commits, 0.5));
        Note(seen, "raw/commit p99", Measurements.At(commits, 0.99));
        foreach (var rate in _rates.Where(rate => rows.Contains(rate.ToString(CultureInfo.InvariantCulture))))
        {
            foreach (var (name, start) in programs.Contenders)
            {
                var steady = await Measurements.SteadyAsync(start, rate, seconds: 12);
                Note(seen, $"{name}/p50 at {rate}", steady.P50);
                Note(seen, $"{name}/p99 at {rate}", steady.P99);
                Note(seen, $"{name}/cpu at {rate}", steady.CpuSeconds);
                Note(seen, $"{name}/missing at {rate}", steady.Missing);
            }
        }

        if (rows.Contains("peak"))
        {
            foreach (var (name, start) in programs.Contenders)
                Note(seen, $"{name}/peak", await Measurements.BacklogAsync(start));
        }
    }

    private static string Write(Dictionary<string, List<double>> seen, int runs)
    {
        double M(string key) => seen.TryGetValue(key, out var values) ? Median(values) : double.NaN;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Medians of {runs} alternating runs, {Environment.ProcessorCount} cores shared with both ends, {DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime):yyyy-MM-dd}.");
        text.AppendLine();
        text.AppendLine("| | raw limit | InMemoryRelay | Tieline | Tieline / InMemoryRelay | InMemoryRelay / raw |");
        text.AppendLine("|---|---|---|---|---|---|");
        Row("ingest, 2 % passing (events/s)", "ingest", "N0", raw: true);
        Row("delivered, 20 % passing (events/s)", "deliver", "N0", raw: true);
        foreach (var rate in _rates)
        {
            Row($"latency p50 at {rate} events/s (ms)", $"p50 at {rate}", "F2");
            Row($"latency p99 at {rate} events/s (ms)", $"p99 at {rate}", "F2");
            Row($"CPU at {rate} events/s (s per 1,000 events)", $"cpu at {rate}", "F3");
        }

        Row("peak memory, 100,000 undelivered (MB)", "peak", "F0");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Raw journal: {M("raw/journal"):N0} rows of 1 KB a second in groups of 512, synchronous=FULL.");
        text.AppendLine(CultureInfo.InvariantCulture, $"Raw commit: one row of 1 KB every 10 ms is durable after {M("raw/commit p50"):F2} ms (p50), {M("raw/commit p99"):F2} ms (p99): what an event that must be on disk first waits at least.");
        text.AppendLine("InMemoryRelay keeps nothing on disk, no order and no audit log; with the CRM down it loses what it posts and stops reading. Its row is void where it reaches less than 0.5 of raw ingest or 0.4 of raw posts.");
        return text.ToString();

        void Row(string name, string key, string format, bool raw = false)
        {
            if (!seen.ContainsKey($"{Programs.Tieline}/{key}"))
                return;
            var (relay, tieline) = (M($"{Programs.Relay}/{key}"), M($"{Programs.Tieline}/{key}"));
            var limit = raw ? M($"raw/{key}") : double.NaN;
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {name} | {(raw ? limit.ToString(format, CultureInfo.InvariantCulture) : "")} | {relay.ToString(format, CultureInfo.InvariantCulture)} | {tieline.ToString(format, CultureInfo.InvariantCulture)} | {tieline / relay:F2} | {(raw ? (relay / limit).ToString("F2", CultureInfo.InvariantCulture) : "")} |");
        }
    }

    private static void Note(Dictionary<string, List<double>> seen, string key, double value)
    {
        if (!seen.TryGetValue(key, out var values))
            seen[key] = values = [];
        values.Add(value);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {key}: {value:N2}"));
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static string? Value(string[] arguments, string name)
    {
        var index = Array.IndexOf(arguments, name);
        return index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : null;
    }
}
