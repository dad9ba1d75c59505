using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

/// <summary>Run by name: a CRM on a real socket that refuses one in five at random, or takes so many a second.</summary>
public sealed class ThrottleSpeed(ITestOutputHelper output)
{
    private const int Events = 900;

    [Theory(Explicit = true)]
    [InlineData(0)]
    [InlineData(50)]
    public async Task Nine_hundred_events(int perSecond)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.Retry = new RetryOptions();
        var (random, gate) = (new Random(7), new Lock());
        var sent = new Queue<TimeSpan>();
        crm.Answer = (_, context) =>
        {
            bool refuses;
            lock (gate)
            {
                var now = TimeProvider.System.GetElapsedTime(0);
                while (sent.TryPeek(out var oldest) && now - oldest > TimeSpan.FromSeconds(1))
                    sent.Dequeue();
                refuses = perSecond == 0 ? random.Next(5) == 0 : sent.Count >= perSecond;
                if (!refuses)
                    sent.Enqueue(now);
            }

            if (refuses)
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "1";
            }

            return Task.CompletedTask;
        };
        await rig.AppendAsync(Enumerable.Range(0, Events).Select(number => $"c{number % 300}"));
        var started = TimeProvider.System.GetTimestamp();
        rig.Start();
        await rig.SettledAsync(Events);
        output.WriteLine($"{Events} events in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s, {crm.Requests.Count} requests, held {(rig.Logs.Has(3004) ? "at times" : "never")}");
    }
}
