using Microsoft.AspNetCore.Http;
using Tieline.Delivery;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

/// <summary>Somebody sets the system clock while deliveries wait: every wait lasts as long as it would have.</summary>
public sealed class DispatcherClockTests
{
    private const int Back = -2 * 3_600;
    private const int Forward = 365 * 86_400;

    [Theory]
    [InlineData(Back)]
    [InlineData(Forward)]
    public async Task A_rate_per_second_goes_on_at_its_pace(int step)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.RateLimit.PerSecond = 1;
        await rig.AppendAsync("a", "b", "c");
        rig.Start();
        await rig.WaitsAsync(1);
        await rig.SettledAsync(1);
        rig.Advance(0);
        rig.StepClock(step);
        await rig.AppendAsync("d"); // wakes the loop
        await rig.WaitsAsync(1);
        crm.Requests.Count.ShouldBe(1);
        for (var settled = 2; settled <= 4; settled++)
        {
            rig.Advance(1);
            await rig.SettledAsync(settled);
        }
    }

    [Theory]
    [InlineData(Back)]
    [InlineData(Forward)]
    public async Task A_limit_per_interval_goes_on_at_its_pace(int step)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        (rig.Options.RateLimit.PerInterval.Count, rig.Options.RateLimit.PerDay) = (2, 1_000);
        await rig.AppendAsync("a", "b", "c");
        rig.Start();
        await rig.WaitsAsync(10);
        await rig.SettledAsync(2);
        rig.Advance(0);
        rig.StepClock(step);
        await rig.AppendAsync("d");
        await rig.WaitsAsync(10);
        crm.Requests.Count.ShouldBe(2);
        rig.Advance(10);
        await rig.SettledAsync(4);
        rig.Dispatcher.Status.LeftToday.ShouldBe(996);
    }

    [Theory]
    [InlineData(Back)]
    [InlineData(Forward)]
    public async Task What_a_day_allows_comes_free_a_day_later(int step)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.RateLimit.PerDay = 2;
        await rig.AppendAsync("a", "b", "c");
        rig.Start();
        var day = TimeSpan.FromMinutes((24 * 60) + 15).TotalSeconds;
        await rig.WaitsAsync(day);
        await rig.SettledAsync(2);
        rig.StepClock(step);
        await rig.AppendAsync("d");
        await rig.WaitsAsync(day);
        crm.Requests.Count.ShouldBe(2);
        rig.Advance(day);
        await rig.SettledAsync(4);
    }

    /// <summary>What the journal has from a clock that was ahead counts as of now, and so as long as it would have.</summary>
    [Fact]
    public async Task A_day_that_was_counted_by_a_clock_that_was_ahead_counts_from_the_start_on()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.RateLimit.PerDay = 2;
        rig.StepClock(Forward);
        await rig.AppendAsync("a", "b", "c");
        rig.Start();
        await rig.SettledAsync(2);
        rig.StepClock(-Forward);
        rig.Advance(0);
        await rig.RestartAsync();
        await rig.WaitsAsync(TimeSpan.FromMinutes((24 * 60) + 15).TotalSeconds);
        rig.Dispatcher.Status.LeftToday.ShouldBe(0);
        rig.Advance(TimeSpan.FromMinutes((24 * 60) + 15).TotalSeconds);
        await rig.SettledAsync(3);
    }

    [Theory]
    [InlineData(Back)]
    [InlineData(Forward)]
    public async Task A_destination_that_is_down_is_probed_as_often_and_found_up(int step)
    {
        var port = DeliveryRig.FreePort();
        await using var rig = DeliveryRig.Timed(new Uri($"http://127.0.0.1:{port}/hook"));
        rig.Options.Retry.MinDelay = TimeSpan.FromMinutes(2); // out of the probes' way
        await rig.AppendAsync(Enumerable.Range(0, 20).Select(i => $"c{i}"));
        rig.Start();
        await rig.WaitsAsync(1);
        rig.StepClock(step);
        rig.Advance(1);
        await rig.WaitsAsync(2);
        var status = rig.Dispatcher.Status;
        status.State.ShouldBe(GateState.Down);
        status.NextTry.ShouldBe(rig.Time.GetUtcNow() + TimeSpan.FromSeconds(2), "a person reads it by the clock as it is now");
        status.ClosedSince.ShouldBe(rig.Time.GetUtcNow() - TimeSpan.FromSeconds(1));
        await using var crm = await CrmServer.StartAsync(port);
        rig.Advance(2);
        await rig.SettledAsync(20);
        crm.Requests.Count.ShouldBe(20);
    }

    [Theory]
    [InlineData(Back)]
    [InlineData(Forward)]
    public async Task Retry_After_lasts_as_long_as_it_asks_for_and_one_that_is_over_counts_no_more(int step)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Concurrency = 1;
        crm.Answer = (request, context) =>
        {
            if (request.Number <= 6)
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "30";
            }

            return Task.CompletedTask;
        };
        await rig.AppendAsync("a", "b", "c", "d", "e", "f");
        rig.Start();
        await rig.CountsAsync("SELECT count(*) FROM destination WHERE held_until IS NOT NULL", 1);
        rig.StepClock(step);
        rig.Advance(29.999);
        crm.Requests.Count.ShouldBe(5);
        rig.Advance(0.001); // the sixth is refused too, and is its conversation's own wait
        await rig.SettledAsync(5);
        rig.StepClock(-step);
        rig.Advance(30);
        await rig.SettledAsync(6);
    }

    [Theory]
    [InlineData(Back)]
    [InlineData(Forward)]
    public async Task A_failed_attempt_is_made_again_after_its_delay(int step)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.AnswerWith(503);
        await rig.AppendAsync("a");
        rig.Start();
        await rig.WaitsAsync(1.5);
        rig.StepClock(step);
        await rig.AppendAsync("a"); // wakes the loop
        await rig.WaitsAsync(1.5);
        crm.Requests.Count.ShouldBe(1);
        rig.Advance(1.5);
        await rig.SettledAsync(2);
    }

    [Theory]
    [InlineData(Back)]
    [InlineData(Forward)]
    public async Task A_batch_goes_out_when_it_has_waited_to_be_filled(int step)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        (rig.Options.Batch.MaxEvents, rig.Options.Batch.MaxWait) = (10, TimeSpan.FromSeconds(3));
        await rig.AppendAsync("a");
        rig.Start();
        await rig.WaitsAsync(3);
        rig.StepClock(step);
        await rig.AppendAsync("b");
        await rig.WaitsAsync(3);
        crm.Requests.ShouldBeEmpty();
        rig.Advance(3);
        await rig.SettledAsync(2);
        crm.Requests.Count.ShouldBe(1);
    }

    /// <summary>The lag is what an operator is alerted by: it must not be 0, nor a year, since the clock was set.</summary>
    [Theory]
    [InlineData(Back)]
    [InlineData(Forward)]
    public async Task The_oldest_event_is_as_old_as_it_is(int step)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Retry = new RetryOptions { MinDelay = TimeSpan.FromMinutes(30), MaxDelay = TimeSpan.FromMinutes(30) };
        crm.AnswerWith(503);
        rig.Start();
        await rig.AppendAsync("a");
        await rig.WaitsAsync(1_800);
        rig.Advance(600);
        rig.StepClock(step);
        Lag(rig).ShouldBe(600, 0.1);
        rig.Advance(600);
        Lag(rig).ShouldBe(1_200, 0.1);
        await rig.RestartAsync();
        while (rig.Dispatcher.Status.OldestWaitingSince is null)
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        rig.Advance(60);
        Lag(rig).ShouldBeGreaterThanOrEqualTo(60, "by whatever clock it was received");
    }

    private static double Lag(DeliveryRig rig) => (rig.Time.GetUtcNow() - rig.Dispatcher.Status.OldestWaitingSince!.Value).TotalSeconds;
}
