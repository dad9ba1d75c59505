using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Tieline.Delivery;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

/// <summary>With a clock that only the test moves.</summary>
public sealed class DispatcherTimeTests
{
    [Fact]
    public async Task A_failed_attempt_is_made_again_when_its_delay_is_over()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.AnswerWith(503, 503);
        await rig.AppendAsync("a");
        rig.Start();
        await rig.WaitsAsync(1.5); // 1 s + 0.5 of 1 s
        rig.Advance(1.499);
        crm.Requests.Count.ShouldBe(1);
        rig.Advance(0.001);
        await rig.WaitsAsync(2.5);
        crm.Requests.Count.ShouldBe(2);
        rig.Advance(2.5);
        await rig.SettledAsync(1);
    }

    [Fact]
    public async Task Status_429_without_a_header_waits_at_least_2_seconds()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.AnswerWith(429);
        rig.Chance = 0;
        await rig.AppendAsync("a");
        rig.Start();
        await rig.WaitsAsync(2);
        rig.Advance(2);
        await rig.SettledAsync(1);
    }

    [Fact]
    public async Task Retry_After_to_one_conversation_is_its_own_wait_and_the_others_go_on()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Retry.GiveUpAfter = TimeSpan.FromSeconds(150);
        crm.Answer = (request, context) =>
        {
            if (request.ConversationId != "locked")
                return Task.CompletedTask;
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "60";
            return Task.CompletedTask;
        };
        await rig.AppendAsync("locked", "locked");
        rig.Start();
        for (var round = 0; round < 2; round++)
        {
            await rig.WaitsAsync(60);
            await rig.AppendAsync(Enumerable.Range(0, 20).Select(i => $"c{i}"));
            await rig.SettledAsync(20 * (round + 1)); // without a second of waiting
            rig.Dispatcher.Status.State.ShouldBe(GateState.Open);
            rig.Advance(59.999);
            crm.Requests.Count(request => request.ConversationId == "locked").ShouldBe(round + 1);
            rig.Advance(0.001);
        }

        await rig.CountsAsync("SELECT count(*) FROM dead_letter WHERE position = 1 AND attempts = 3", 1); // 120 s; the next 60 s would be too many
        rig.Logs.Has(3004).ShouldBeFalse();
    }

    /// <summary>As a load balancer does, or a CRM of many shards: one in five is refused, at random.</summary>
    [Fact]
    public async Task Retry_After_to_one_in_five_at_random_costs_each_its_own_waits_and_no_more()
    {
        await using var rig = DeliveryRig.Timed(new Uri("http://127.0.0.1:1/hook"));
        var crm = new RandomlyThrottled();
        rig.Handler = crm;
        await rig.AppendAsync(Enumerable.Range(0, 300).Select(i => $"c{i % 60}"));
        rig.Start();
        var seconds = 0.0;
        while (rig.Count("SELECT count(*) FROM delivery") < 300)
        {
            while (rig.Dispatcher.Status.InFlight > 0)
                await rig.Journal.WaitForDurabilityAsync(rig.Limit);
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
            rig.Advance(0.1);
            seconds += 0.1;
        }

        seconds.ShouldBeLessThan(12); // five of a conversation in a row, of which one in five waits a second: one or two, seven for the unluckiest of 60
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    [Fact]
    public async Task Retry_After_of_the_whole_destination_is_obeyed_over_a_restart()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Concurrency = 1;
        ThrottleFirst(crm, 5, "30");
        await rig.AppendAsync("a", "b", "c", "d", "e", "f");
        rig.Start();
        await rig.CountsAsync("SELECT count(*) FROM destination WHERE held_until IS NOT NULL", 1);
        rig.Advance(10);
        await rig.RestartAsync();
        await rig.WaitsAsync(20);
        rig.Dispatcher.Status.State.ShouldBe(GateState.Held);
        rig.Dispatcher.Status.Problem.ShouldNotBeNull().ShouldContain("before Tieline was started");
        rig.Advance(19.999);
        crm.Requests.Count.ShouldBe(5);
        rig.Advance(0.001);
        await rig.SettledAsync(6);
        await rig.CountsAsync("SELECT count(*) FROM destination WHERE held_until IS NULL", 1);
    }

    [Fact]
    public async Task Retry_After_that_a_clock_that_was_ahead_wrote_is_an_hour_at_most_after_a_restart()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Concurrency = 1;
        rig.StepClock(365 * 86_400);
        ThrottleFirst(crm, 5, "30");
        await rig.AppendAsync("a", "b", "c", "d", "e", "f");
        rig.Start();
        await rig.CountsAsync("SELECT count(*) FROM destination WHERE held_until IS NOT NULL", 1);
        rig.StepClock(-365 * 86_400);
        await rig.RestartAsync();
        await rig.WaitsAsync(OutcomeClassifier.MaxHold.TotalSeconds);
        rig.Advance(OutcomeClassifier.MaxHold.TotalSeconds);
        await rig.SettledAsync(6);
    }

    [Theory]
    [InlineData("30")]
    [InlineData(null)]
    public async Task Retry_After_to_several_in_a_row_holds_the_whole_destination_to_the_second(string? retryAfter)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Concurrency = 1;
        crm.Answer = (request, context) =>
        {
            if (request.Number > 5)
                return Task.CompletedTask;
            context.Response.StatusCode = 429;
            context.Response.Headers.Date = rig.Time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture); // its clock is the test's: a date is compared with it
            context.Response.Headers.RetryAfter = retryAfter ?? (rig.Time.GetUtcNow() + TimeSpan.FromSeconds(30)).ToString("R", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        };
        await rig.AppendAsync("a", "b", "c", "d", "e", "f", "g");
        rig.Start();
        await rig.CountsAsync("SELECT count(*) FROM destination WHERE held_until IS NOT NULL", 1);
        while (rig.Dispatcher.Status.State != GateState.Held)
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        rig.Dispatcher.Status.Problem.ShouldNotBeNull();
        rig.Advance(29.999);
        crm.Requests.Count.ShouldBe(5);
        rig.Advance(0.001);
        await rig.SettledAsync(7);
        crm.Requests.Count.ShouldBe(12);
        rig.Count("SELECT sum(attempts) FROM delivery").ShouldBe(11); // the first four, before it was known
        rig.Logs.Has(3005).ShouldBeTrue();
    }

    [Fact]
    public async Task While_the_CRM_refuses_connections_it_is_probed_after_1_2_4_5_5_seconds_and_gets_everything_at_once_when_it_is_back()
    {
        var port = DeliveryRig.FreePort();
        await using var rig = DeliveryRig.Timed(new Uri($"http://127.0.0.1:{port}/hook"));
        rig.Options.Retry.MinDelay = TimeSpan.FromMinutes(2); // out of the probes' way
        await rig.AppendAsync(Enumerable.Range(0, 100).Select(i => $"c{i % 40}"));
        rig.Start();
        foreach (var seconds in (int[])[1, 2, 4, 5, 5, 5])
        {
            await rig.WaitsAsync(seconds);
            rig.Advance(seconds);
        }

        await rig.WaitsAsync(5);
        rig.Dispatcher.Status.State.ShouldBe(GateState.Down);
        rig.Dispatcher.Status.Waiting.ShouldBe(100);
        rig.Count("SELECT count(*) FROM delivery").ShouldBe(0);
        await using var crm = await CrmServer.StartAsync(port);
        rig.Advance(5);
        await rig.SettledAsync(100); // without another second: every delay is lifted
        crm.Requests.Count.ShouldBe(100);
        crm.Overlaps.ShouldBe(0);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
        rig.Count("SELECT max(attempts) FROM delivery").ShouldBeLessThanOrEqualTo(2); // what failed before it was known, once; no probe counts
        rig.Count("SELECT count(*) FROM retry").ShouldBe(0);
        rig.Dispatcher.Status.Problem.ShouldBeNull();
    }

    [Fact]
    public async Task Status_401_to_several_conversations_pauses_the_destination_for_a_minute_at_a_time_and_no_event_is_spent_on_it()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Concurrency = 1;
        rig.Options.Retry.MinDelay = TimeSpan.FromMinutes(4); // out of the probes' way
        crm.AnswerWith(401, 403, 404, 410, 401);
        await rig.AppendAsync("a", "b", "c");
        rig.Start();
        for (var minute = 1; minute <= 3; minute++)
        {
            await rig.WaitsAsync(60);
            crm.Requests.Count.ShouldBe(minute + 2); // a is not enough; b and c, at once, are
            rig.Dispatcher.Status.State.ShouldBe(GateState.Misconfigured);
            rig.Dispatcher.Status.Problem.ShouldNotBeNull().ShouldContain("check its URL and credentials");
            rig.Advance(60);
        }

        await rig.SettledAsync(3);
        rig.Count("SELECT max(attempts) FROM delivery").ShouldBeLessThanOrEqualTo(2);
        rig.Count("SELECT sum(attempts) FROM delivery").ShouldBe(4); // the first, before it was known
    }

    [Fact]
    public async Task Status_404_to_one_conversation_alone_is_its_own_retry_and_the_others_go_on()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.Answer = (request, context) =>
        {
            context.Response.StatusCode = request.ConversationId == "gone" ? 404 : 200;
            return Task.CompletedTask;
        };
        await rig.AppendAsync("gone", "a");
        rig.Start();
        for (var settled = 1; settled < 20; settled++)
        {
            await rig.SettledAsync(settled);
            rig.Advance(10);
            await rig.AppendAsync("a", "gone");
        }

        await rig.SettledAsync(20); // each without a second of waiting
        rig.Logs.Has(3004).ShouldBeFalse();
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    [Fact]
    public async Task A_destination_paused_on_the_word_of_one_conversation_takes_another_at_once()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.Answer = (request, context) =>
        {
            context.Response.StatusCode = request.ConversationId == "gone" ? 404 : 200;
            return Task.CompletedTask;
        };
        await rig.AppendAsync("gone");
        rig.Start();
        foreach (var seconds in (double[])[1.5, 2.5])
        {
            await rig.WaitsAsync(seconds);
            rig.Advance(seconds);
        }

        await rig.WaitsAsync(60);
        rig.Dispatcher.Status.State.ShouldBe(GateState.Misconfigured);
        await rig.AppendAsync("a", "b");
        await rig.SettledAsync(2); // without another second
    }

    [Fact]
    public async Task A_rate_limit_is_kept_to_and_waiting_for_it_is_no_attempt()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.RateLimit.PerInterval.Count = 2;
        await rig.AppendAsync("a", "b", "c", "d", "e");
        rig.Start();
        for (var settled = 2; settled < 5; settled += 2)
        {
            await rig.WaitsAsync(10);
            await rig.SettledAsync(settled);
            crm.Requests.Count.ShouldBe(settled);
            rig.Advance(10);
        }

        await rig.SettledAsync(5);
        rig.Count("SELECT max(attempts) FROM delivery").ShouldBe(1);
    }

    [Fact]
    public async Task No_answer_within_the_time_out_backs_off()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.Answer = (request, context) => request.Number == 1 ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted) : Task.CompletedTask;
        await rig.AppendAsync("a");
        rig.Start();
        await crm.Arrived.WaitPastAsync(0, rig.Limit);
        rig.Advance(7);
        await rig.WaitsAsync(1.5);
        rig.Advance(1.5);
        await rig.SettledAsync(1);
        rig.Count("SELECT attempts FROM delivery").ShouldBe(2);
    }

    [Fact]
    public async Task While_a_probe_is_out_nothing_spins()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Concurrency = 1;
        rig.Options.Retry.MinDelay = TimeSpan.FromMinutes(2); // out of the probes' way
        var release = new TaskCompletionSource();
        crm.Answer = (request, context) =>
        {
            context.Response.StatusCode = request.Number <= 3 ? 401 : 200;
            return request.Number == 4 ? release.Task : Task.CompletedTask;
        };
        await rig.AppendAsync("a", "b", "c");
        rig.Start();
        await rig.WaitsAsync(60);
        rig.Advance(60);
        await crm.Arrived.WaitPastAsync(3, rig.Limit);
        await rig.AppendAsync("d"); // wakes the loop while the probe is out
        var timers = new List<TimeSpan>();
        while (timers.Count < 1_000 && ((ManualTime)rig.Time).Waits.TryRead(out var wait))
            timers.Add(wait);
        timers.ShouldNotContain(TimeSpan.Zero);
        release.SetResult();
        await rig.SettledAsync(4);
    }

    [Fact]
    public async Task An_event_is_given_up_after_72_hours_of_waiting_and_the_next_of_its_conversation_goes_on()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Retry.GiveUpAfter = TimeSpan.FromSeconds(10);
        crm.AnswerWith(500, 500, 500, 500);
        await rig.AppendAsync("a", "a");
        rig.Start();
        foreach (var seconds in (double[])[1.5, 2.5, 4.5]) // 8.5 s; the next, 8.5 s, would be too many
        {
            await rig.WaitsAsync(seconds);
            rig.Advance(seconds);
        }

        await rig.SettledAsync(2);
        rig.Count("SELECT count(*) FROM dead_letter WHERE position = 1 AND attempts = 4 AND status = 500 AND reason LIKE 'given up after 4 attempts%'").ShouldBe(1);
        rig.Count("SELECT count(*) FROM retry").ShouldBe(0);
        rig.Logs.Has(3003).ShouldBeTrue();
    }

    [Fact]
    public async Task Waiting_is_remembered_over_a_restart()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Retry.GiveUpAfter = TimeSpan.FromSeconds(10);
        crm.AnswerWith(500, 500, 500, 500);
        await rig.AppendAsync("a");
        rig.Start();
        foreach (var seconds in (double[])[1.5, 2.5, 4.5])
        {
            await rig.WaitsAsync(seconds);
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
            if (seconds < 4)
                rig.Advance(seconds);
        }

        await rig.RestartAsync();
        await rig.SettledAsync(1);
        rig.Count("SELECT attempts FROM dead_letter").ShouldBe(4);
    }

    [Fact]
    public async Task Time_in_which_the_destination_is_down_does_not_count_towards_giving_up()
    {
        var port = DeliveryRig.FreePort();
        await using var rig = DeliveryRig.Timed(new Uri($"http://127.0.0.1:{port}/hook"));
        rig.Options.Retry = new RetryOptions { MinDelay = TimeSpan.FromSeconds(60), MaxDelay = TimeSpan.FromSeconds(60), GiveUpAfter = TimeSpan.FromSeconds(100) };
        await rig.AppendAsync("a", "b", "c", "d", "e", "f");
        rig.Start();
        await rig.WaitsAsync(1); // the fifth refused connection: from now on it is down
        rig.Advance(1);
        for (var down = 0.0; down < 300;)
        {
            var wait = await rig.NextWaitAsync();
            rig.Advance(wait);
            down += wait;
        }

        var next = await rig.NextWaitAsync();
        await using var crm = await CrmServer.StartAsync(port);
        crm.Answer = (request, context) =>
        {
            context.Response.StatusCode = request.Number is > 1 and <= 4 ? 500 : 200; // once it is back three fail once more: 60 s, and not 120 s
            return Task.CompletedTask;
        };
        rig.Advance(next);
        await crm.Arrived.WaitPastAsync(5, rig.Limit);
        await rig.WaitsAsync(60);
        await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        await rig.SettledAsync(3);
        rig.Advance(60);
        await rig.SettledAsync(6);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    private static void ThrottleFirst(CrmServer crm, int requests, string retryAfter) => crm.Answer = (request, context) =>
    {
        if (request.Number > requests)
            return Task.CompletedTask;
        context.Response.StatusCode = 429;
        context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    };

    /// <summary>Refuses one in five, whatever it is, for a second.</summary>
    private sealed class RandomlyThrottled : HttpMessageHandler
    {
        private readonly Random _random = new(7);
        private readonly Lock _gate = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            bool refuses;
            lock (_gate)
                refuses = _random.Next(5) == 0;
            var answer = new HttpResponseMessage(refuses ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
            if (refuses)
                answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(1));
            return Task.FromResult(answer);
        }
    }
}
