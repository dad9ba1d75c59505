using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

/// <summary>Days pass, on the test's clock.</summary>
public sealed class DispatcherOutageTests
{
    private const int Concurrency = 32;
    private static readonly TimeSpan _latency = TimeSpan.FromMilliseconds(50);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_63_hours_without_a_CRM_nothing_is_lost_and_10_seconds_later_it_gets_nine_tenths_of_what_it_can_take(bool adapts)
    {
        const int Hours = 63;
        const int PerHour = 200;
        await using var rig = DeliveryRig.Timed(new Uri("http://127.0.0.1:1/hook"));
        using var crm = new Crm(rig.Time);
        (rig.Handler, rig.Options.Concurrency, rig.Options.ConcurrencyMode) = (crm, Concurrency, adapts ? ConcurrencyMode.Adaptive : ConcurrencyMode.Fixed);
        await rig.AppendAsync(Conversations(0));
        rig.Start();
        for (var hour = 1; hour < Hours; hour++)
        {
            await rig.AppendAsync(Conversations(hour));
            for (var minute = 0; minute < 60; minute += 5)
            {
                await rig.NextWaitAsync();
                rig.Advance(300);
            }
        }

        await rig.NextWaitAsync();
        rig.Dispatcher.Status.State.ShouldBe(GateState.Down);
        crm.Refused.ShouldBeGreaterThan(Hours * 11, "it is probed all the time");
        rig.Count("SELECT count(*) FROM delivery").ShouldBe(0);

        crm.IsUp = true;
        rig.Advance(5);
        for (var elapsed = TimeSpan.FromSeconds(5); elapsed < TimeSpan.FromSeconds(9); elapsed += _latency)
            await RoundAsync(rig, crm);
        var before = crm.Taken.Count;
        for (var elapsed = TimeSpan.FromSeconds(9); elapsed < TimeSpan.FromSeconds(10); elapsed += _latency)
            await RoundAsync(rig, crm);
        (crm.Taken.Count - before).ShouldBeGreaterThanOrEqualTo((int)(0.9 * Concurrency / _latency.TotalSeconds), "of the 10th second");

        crm.IsQuick = true;
        rig.Advance(_latency.TotalSeconds);
        await rig.SettledAsync(Hours * PerHour);
        crm.Taken.Select(taken => taken.Id).Distinct().Count().ShouldBe(Hours * PerHour);
        crm.Taken.Count.ShouldBe(Hours * PerHour, "each once");
        foreach (var conversation in crm.Taken.GroupBy(taken => taken.ConversationId))
            conversation.Select(taken => taken.Timestamp).ShouldBeInOrder(SortDirection.Ascending);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
        rig.Count("SELECT max(attempts) FROM delivery").ShouldBeLessThanOrEqualTo(2, "an outage costs no attempts");

        static IEnumerable<string> Conversations(int hour) => Enumerable.Range(0, PerHour).Select(number => $"c{(hour * 31 + number) % 1_500}");
    }

    [Fact]
    public async Task What_a_day_allows_is_counted_over_a_restart()
    {
        const int PerDay = 10;
        await using var rig = DeliveryRig.Timed(new Uri("http://127.0.0.1:1/hook"));
        using var crm = new Crm(rig.Time) { IsUp = true, IsQuick = true };
        (rig.Handler, rig.Options.RateLimit.PerDay) = (crm, PerDay);
        await rig.AppendAsync("a", "b", "c", "d", "e", "f");
        rig.Start();
        await rig.SettledAsync(6);
        rig.Dispatcher.Status.LeftToday.ShouldBe(4);

        rig.Advance(3_600);
        await rig.RestartAsync();
        await rig.AppendAsync("g", "h", "i", "j", "k", "l", "m", "n", "o", "p");
        await rig.SettledAsync(PerDay);
        await rig.WaitsAsync(TimeSpan.FromMinutes(23 * 60 + 15).TotalSeconds); // the first quarter of an hour is free again when all of it is a day ago
        rig.Dispatcher.Status.LeftToday.ShouldBe(0);
        rig.Dispatcher.Status.Waiting.ShouldBe(6);
        crm.Taken.Count.ShouldBe(PerDay);

        rig.Advance(TimeSpan.FromMinutes(23 * 60 + 15).TotalSeconds);
        await rig.SettledAsync(16);
        crm.Taken.Count.ShouldBe(16);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    /// <summary>All that may be in flight is, be it a probe; then they are answered.</summary>
    private static async Task RoundAsync(DeliveryRig rig, Crm crm)
    {
        while (crm.InFlight < Allowed(rig.Dispatcher.Status))
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        rig.Advance(_latency.TotalSeconds);

        static int Allowed(DispatcherStatus status) => status.State == GateState.Open ? status.Concurrency : 1;
    }

    private sealed record Taken(string Id, string ConversationId, DateTimeOffset Timestamp);

    /// <summary>Refuses connections until it is up; then answers after its latency, unless it is quick.</summary>
    private sealed class Crm(TimeProvider time) : HttpMessageHandler
    {
        private int _inFlight;
        private int _refused;

        public bool IsUp { get; set; }

        public bool IsQuick { get; set; }

        public int InFlight => Volatile.Read(ref _inFlight);

        public int Refused => Volatile.Read(ref _refused);

        /// <summary>In the order they were answered.</summary>
        public ConcurrentQueue<Taken> Taken { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!IsUp)
            {
                Interlocked.Increment(ref _refused);
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");
            }

            var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken)).RootElement;
            if (!IsQuick)
            {
                var waiting = Task.Delay(_latency, time, cancellationToken);
                Interlocked.Increment(ref _inFlight);
                await waiting;
                Interlocked.Decrement(ref _inFlight);
            }

            Taken.Enqueue(new Taken(request.Headers.GetValues("webhook-id").Single(), body.GetProperty("conversationId").GetString()!, body.GetProperty("timestamp").GetDateTimeOffset()));
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
        }
    }
}
