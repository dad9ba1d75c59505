using System.Net;
using System.Text.Json;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

/// <summary>Batches, while the destination fails as a whole and after it: whatever one of the events, or a batch's size, does to the CRM then, the destination opens again.</summary>
public sealed class BatchOutageTests
{
    private const int Good = 120;

    /// <summary>What the destination is when the events come.</summary>
    public enum Outage
    {
        None,
        Down,
        Held,
        Misconfigured,
    }

    /// <summary>What is left to deal with when the CRM is well again.</summary>
    public enum Fault
    {
        /// <summary>A request with one event in it is answered 503.</summary>
        Poison,

        /// <summary>404.</summary>
        NotFound,

        /// <summary>503 and Retry-After.</summary>
        PoisonThatHolds,

        /// <summary>Not at all.</summary>
        Hangs,

        /// <summary>A request of more than a few events is answered 503.</summary>
        TooBig,

        /// <summary>503 and Retry-After.</summary>
        TooBigHolds,

        /// <summary>429 and Retry-After.</summary>
        TooBigIsThrottled,
    }

    public static TheoryData<Outage, Fault> All()
    {
        var all = new TheoryData<Outage, Fault>();
        foreach (var outage in Enum.GetValues<Outage>())
        {
            foreach (var fault in Enum.GetValues<Fault>())
                all.Add(outage, fault);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Once_the_crm_is_well_all_that_can_be_delivered_is_in_order_and_soon(Outage outage, Fault fault)
    {
        await using var rig = DeliveryRig.Timed(new Uri("http://127.0.0.1:1/hook"));
        using var crm = new Crm { Outage = outage, Fault = fault };
        rig.Handler = crm;
        rig.Options.Batch = new BatchOptions { MaxEvents = 40, MaxWait = TimeSpan.FromMilliseconds(500) };
        rig.Options.Concurrency = 4;
        rig.Options.Retry = new RetryOptions { MaxDelay = TimeSpan.FromSeconds(10), GiveUpAfter = TimeSpan.FromSeconds(60) };
        await rig.AppendAsync("c0", "c1");
        rig.Start();
        for (var second = 0; second < 15; second++)
            await SecondAsync(rig);
        await rig.AppendAsync(["bad", .. Enumerable.Range(0, Good - 2).Select(number => $"c{number % 30}")]);
        for (var second = 0; second < 130; second++)
            await SecondAsync(rig);

        crm.Outage = Outage.None;
        var before = crm.Requests;
        var seconds = 0;
        for (; rig.Count("SELECT count(*) FROM delivery WHERE outcome = 'delivered'") < (crm.HasPoison ? Good : Good + 1) && seconds < 600; seconds++)
            await SecondAsync(rig);

        rig.Count("SELECT count(*) FROM delivery WHERE outcome = 'delivered'").ShouldBe(crm.HasPoison ? Good : Good + 1, $"in {seconds} s, by {crm.Requests - before} requests, {rig.Dispatcher.Status.State}");
        (crm.Requests - before).ShouldBeLessThan(300);
        seconds.ShouldBeLessThan(300);
        for (; crm.HasPoison && rig.Count("SELECT count(*) FROM dead_letter") < 1 && seconds < 900; seconds++)
        {
            if (seconds % 5 == 0)
                await rig.AppendAsync($"d{seconds}"); // others go on coming: else nothing tells that it is this one
            await SecondAsync(rig);
        }

        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(crm.HasPoison ? 1 : 0);
        rig.Count("SELECT count(*) FROM dead_letter WHERE conversation = 'bad'").ShouldBe(crm.HasPoison ? 1 : 0);
        foreach (var (conversation, ids) in crm.Accepted)
            ids.Count.ShouldBe(ids.Distinct().Count(), $"{conversation}: each once");
        foreach (var (conversation, times) in crm.Times)
            times.ShouldBeInOrder(SortDirection.Ascending, conversation);
    }

    /// <summary>A second goes by, in steps in which the dispatcher has its turn.</summary>
    private static async Task SecondAsync(DeliveryRig rig)
    {
        for (var turn = 0; turn < 3; turn++)
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        rig.Advance(1);
    }

    private sealed class Crm : HttpMessageHandler
    {
        private const int Bearable = 6;

        private readonly Lock _gate = new();
        private int _requests;

        public Outage Outage { get; set; }

        public Fault Fault { get; init; }

        public bool HasPoison => Fault is Fault.Poison or Fault.NotFound or Fault.PoisonThatHolds or Fault.Hangs;

        public int Requests => Volatile.Read(ref _requests);

        public Dictionary<string, List<string>> Accepted { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, List<DateTimeOffset>> Times { get; } = new(StringComparer.Ordinal);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            using var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken));
            var events = body.RootElement.EnumerateArray().ToList();
            var isBad = events.Exists(e => e.GetProperty("conversationId").GetString() == "bad");
            if (Outage == Outage.None && isBad && Fault == Fault.Hangs)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            var (status, retryAfter) = Outage switch
            {
                Outage.Down => (503, 0),
                Outage.Held => (429, 5),
                Outage.Misconfigured => (401, 0),
                _ => Fault switch
                {
                    Fault.Poison when isBad => (503, 0),
                    Fault.NotFound when isBad => (404, 0),
                    Fault.PoisonThatHolds when isBad => (503, 5),
                    Fault.TooBig when events.Count > Bearable => (503, 0),
                    Fault.TooBigHolds when events.Count > Bearable => (503, 5),
                    Fault.TooBigIsThrottled when events.Count > Bearable => (429, 5),
                    _ => (200, 0),
                },
            };
            if (status == 200)
            {
                lock (_gate)
                {
                    foreach (var e in events)
                        Accept(e.GetProperty("conversationId").GetString()!, e.GetProperty("id").GetString()!, e.GetProperty("timestamp").GetDateTimeOffset());
                }
            }

            var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent([]) };
            if (retryAfter > 0)
                answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(retryAfter));
            return answer;
        }

        private void Accept(string conversation, string id, DateTimeOffset at)
        {
            if (!Accepted.TryGetValue(conversation, out var ids))
                (Accepted[conversation], Times[conversation]) = (ids = [], []);
            ids.Add(id);
            Times[conversation].Add(at);
        }
    }
}
