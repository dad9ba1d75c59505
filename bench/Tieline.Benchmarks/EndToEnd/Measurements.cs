using System.Text.Json;
using Tieline.Events;

namespace Tieline.Benchmarks.EndToEnd;

/// <summary>The rows of the table, each for one contender and one run.</summary>
internal static class Measurements
{
    /// <summary>Long enough for the compiler to be done with what is hot, in every contender.</summary>
    private const double WarmUpSeconds = 6;
    private const double WindowSeconds = 6;
    private const int WorkloadEvents = 600_000;
    private const double WorkloadPassing = 0.2;

    /// <summary>Events a second that it takes off a socket that has always more; 2 % pass the filter.</summary>
    public static async Task<double> IngestAsync(Func<Rig, Task<Contender>> start)
    {
        await using var rig = await Rig.StartAsync(rate: 0, passing: 0.02);
        await using var contender = await start(rig);
        await rig.WaitForSubscriberAsync();
        await Clock.WaitAsync(WarmUpSeconds);
        var (clock, before) = (Clock.Start(), rig.Genesys.Status.Written);
        await Clock.WaitAsync(WindowSeconds);
        return (rig.Genesys.Status.Written - before) / clock.Seconds;
    }

    /// <summary>Events a second from the first delivery to the last of a fixed workload of which 20 % pass, offered as fast as it is taken.</summary>
    public static async Task<double> DeliverAsync(Func<Rig, Task<Contender>> start)
    {
        await using var rig = await Rig.StartAsync(rate: 0, passing: WorkloadPassing, maxEvents: WorkloadEvents);
        await using var contender = await start(rig);
        await rig.WaitForSubscriberAsync();
        return await CountAsync(rig, (long)(WorkloadEvents * WorkloadPassing * 0.98));
    }

    public static async Task<double> PostAsync(int count)
    {
        await using var rig = await Rig.StartAsync(rate: 1, passing: 1);
        await using var contender = Contender.Yardstick("raw-post", rig.Crm.Url + "/hook", count.ToString());
        return await CountAsync(rig, count);
    }

    /// <summary>Latency from the frame's leaving to the webhook's arrival, and CPU, at a steady rate of which 20 % pass.</summary>
    public static async Task<Steady> SteadyAsync(Func<Rig, Task<Contender>> start, double rate, double seconds)
    {
        await using var rig = await Rig.StartAsync(rate, passing: 0.2, record: true);
        await using var contender = await start(rig);
        await rig.WaitForSubscriberAsync();
        await Clock.WaitAsync(WarmUpSeconds);
        return await WindowAsync(rig, contender, seconds);
    }

    /// <summary>The same of the next seconds of one that runs.</summary>
    public static async Task<Steady> WindowAsync(Rig rig, Contender contender, double seconds)
    {
        var (from, cpu) = (rig.Genesys.Status.LastSequence, contender.CpuSeconds);
        await Clock.WaitAsync(seconds);
        var (to, cpuAfter) = (rig.Genesys.Status.LastSequence, contender.CpuSeconds);
        await Clock.WaitAsync(1);
        var written = rig.Genesys.Ledger().Where(line => line.Passes && line.WrittenAt is not null && line.Sequence > from && line.Sequence <= to).ToDictionary(line => line.Id!, line => line.WrittenAt!.Value);
        var latencies = new List<double>(written.Count);
        foreach (var request in rig.Crm.Requests())
        {
            if (written.Remove(IdOf(request.Body), out var at))
                latencies.Add((request.ArrivedAt - at).TotalMilliseconds);
        }

        latencies.Sort();
        return new Steady(At(latencies, 0.5), At(latencies, 0.99), (cpuAfter - cpu) / ((to - from) / 1000.0), written.Count);
    }

    /// <summary>The most memory it has with 100,000 events undelivered.</summary>
    public static async Task<double> BacklogAsync(Func<Rig, Task<Contender>> start)
    {
        const int Backlog = 100_000;
        await using var rig = await Rig.StartAsync(rate: 0, passing: 1, maxEvents: Backlog);
        await rig.Crm.DownAsync();
        await using var contender = await start(rig);
        await rig.WaitForSubscriberAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        await rig.Genesys.WaitForAsync(status => status.Written >= Backlog, patience.Token);
        await Clock.WaitAsync(5);
        return contender.PeakMegabytes;
    }

    private static async Task<double> CountAsync(Rig rig, long wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        await rig.Crm.WaitForAsync(status => status.Requests > 0, patience.Token);
        var (clock, before) = (Clock.Start(), rig.Crm.Status.Requests);
        await rig.Crm.WaitForAsync(status => status.Requests >= wanted, patience.Token);
        return (rig.Crm.Status.Requests - before) / clock.Seconds;
    }

    private static string IdOf(byte[] body)
    {
        using var payload = JsonDocument.Parse(body);
        var root = payload.RootElement;
        return EventId.Of(
            root.GetProperty("conversationId").GetString()!, root.GetProperty("type").GetString()!, root.TryGetProperty("state", out var state) ? state.GetString() : null,
            root.GetProperty("timestamp").GetDateTimeOffset()).ToString();
    }

    public static double At(List<double> sorted, double share) => sorted.Count == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Count - 1, Math.Ceiling(sorted.Count * share) - 1)];

    /// <param name="CpuSeconds">For a thousand events.</param>
    /// <param name="Missing">Events that had not arrived a second after the last was sent.</param>
    internal sealed record Steady(double P50, double P99, double CpuSeconds, int Missing);
}
