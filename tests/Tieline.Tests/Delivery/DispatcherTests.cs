using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Tieline.Delivery;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

/// <summary>With a journal on disk and a CRM on a socket. What time has to do with it is in <see cref="DispatcherTimeTests"/>.</summary>
public sealed class DispatcherTests
{
    [Fact, Trait("Guarantee", "G4")]
    public async Task Under_random_failures_each_conversation_arrives_complete_and_in_order_and_conversations_side_by_side()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        var random = new Random(7);
        crm.Answer = async (_, context) =>
        {
            await Task.Yield();
            lock (random)
                context.Response.StatusCode = random.NextDouble() < 0.15 ? 500 : 200;
        };
        await rig.AppendAsync(Enumerable.Range(0, 1_500).Select(i => $"c{i * 7919 % 61}"));
        rig.Start();
        await rig.SettledAsync(1_500);
        crm.Overlaps.ShouldBe(0);
        crm.MostAtOnce.ShouldBeInRange(2, 32);
        Histories(crm).ShouldBe(Sent(1_500, i => $"c{i * 7919 % 61}"), ignoreOrder: true);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
        rig.Count("SELECT position FROM destination").ShouldBe(1_500);
        rig.Count("SELECT count(*) FROM retry").ShouldBe(0);
        rig.Dispatcher.Status.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_conversation_that_always_fails_stops_no_other_not_even_behind_hundreds_of_its_own()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.Answer = (request, context) =>
        {
            context.Response.StatusCode = request.ConversationId == "poisoned" ? 500 : 200;
            return Task.CompletedTask;
        };
        await rig.AppendAsync(Enumerable.Repeat("poisoned", 600).Concat(Enumerable.Range(0, 50).Select(i => $"c{i}")));
        rig.Start();
        await rig.SettledAsync(50);
        crm.Accepted.Count.ShouldBe(50);
        rig.Count("SELECT position FROM destination").ShouldBe(0);
    }

    [Fact]
    public async Task A_conversation_with_5000_entries_behind_one_that_fails_stops_no_other_and_goes_on_in_order_when_it_may()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        var poisoned = true;
        crm.Answer = (request, context) =>
        {
            context.Response.StatusCode = Volatile.Read(ref poisoned) && request.ConversationId == "poisoned" ? 500 : 200;
            return Task.CompletedTask;
        };
        await rig.AppendAsync(Enumerable.Repeat("poisoned", 5_000).Concat(Enumerable.Range(0, 50).Select(i => $"c{i}")));
        rig.Start();
        await rig.SettledAsync(50);
        crm.Accepted.Count.ShouldBe(50);
        rig.Dispatcher.InHand.ShouldBe(LaneSet.DepthDelayed);
        rig.Count("SELECT position FROM destination").ShouldBe(0);
        Volatile.Write(ref poisoned, false);
        rig.Advance(3_600);
        await rig.SettledAsync(5_050);
        Histories(crm).Single(history => history.StartsWith("poisoned,", StringComparison.Ordinal)).ShouldBe(Sent(5_000, _ => "poisoned").Single());
        crm.Overlaps.ShouldBe(0);
        await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        rig.Count("SELECT position FROM destination").ShouldBe(5_050);
        rig.Dispatcher.Status.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_rejected_entry_is_a_dead_letter_and_the_next_of_its_conversation_goes_on()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.AnswerWith(422);
        await rig.AppendAsync("a", "a");
        rig.Start();
        await rig.SettledAsync(2);
        crm.Requests.Count.ShouldBe(2);
        rig.Count("SELECT count(*) FROM dead_letter WHERE position = 1 AND status = 422 AND attempts = 1 AND reason LIKE '%422%'").ShouldBe(1);
        rig.Count("SELECT count(*) FROM delivery WHERE position = 2 AND outcome = 'delivered' AND status = 200").ShouldBe(1);
        rig.Count("SELECT count(*) FROM fact WHERE kind = 'dead-lettered'").ShouldBe(1);
        rig.Logs.Has(3002).ShouldBeTrue();
    }

    [Fact]
    public async Task A_body_over_256_KiB_is_a_dead_letter_and_no_request_is_made()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        await rig.AppendAsync(new string('x', 256 * 1024), "a");
        rig.Start();
        await rig.SettledAsync(2);
        crm.Requests.ShouldHaveSingleItem().ConversationId.ShouldBe("a");
        rig.Count("SELECT count(*) FROM dead_letter WHERE position = 1 AND status = 413").ShouldBe(1);
    }

    [Fact]
    public async Task Status_409_counts_as_delivered()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.AnswerWith(409);
        await rig.AppendAsync("a");
        rig.Start();
        await rig.SettledAsync(1);
        rig.Count("SELECT count(*) FROM delivery WHERE outcome = 'delivered' AND status = 409").ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_the_same_url_is_tried_again()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        var paths = new ConcurrentQueue<string>();
        crm.Answer = (request, context) =>
        {
            paths.Enqueue(context.Request.Path);
            if (request.Number == 1)
                context.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        await rig.AppendAsync("a");
        rig.Start();
        await rig.SettledAsync(1);
        paths.ShouldBe(["/hook", "/hook"]);
        rig.Count("SELECT attempts FROM delivery").ShouldBe(2);
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_answer_is_a_failed_attempt()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.Answer = (request, context) =>
        {
            if (request.Number == 1)
                context.Abort();
            return Task.CompletedTask;
        };
        await rig.AppendAsync("a");
        rig.Start();
        await rig.SettledAsync(1);
        rig.Count("SELECT attempts FROM delivery").ShouldBe(2);
    }

    [Fact]
    public async Task A_retry_carries_the_same_id_and_body()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.AnswerWith(503, 500);
        await rig.AppendAsync("a");
        rig.Start();
        await rig.SettledAsync(1);
        crm.Requests.Select(request => (request.Id, request.Body, request.Method)).Distinct().ShouldHaveSingleItem().Method.ShouldBe("POST");
        crm.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_stop_waits_for_what_is_in_flight_and_sends_nothing_more()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        var release = new TaskCompletionSource();
        crm.Answer = (_, _) => release.Task;
        rig.Options.Concurrency = 3;
        await rig.AppendAsync("a", "b", "c", "d", "a", "b");
        rig.Start();
        await crm.Arrived.WaitPastAsync(2, rig.Limit);
        rig.Stop();
        release.SetResult();
        await rig.StoppedAsync();
        await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        crm.Requests.Count.ShouldBe(3);
        rig.Count("SELECT count(*) FROM delivery").ShouldBe(3);
    }

    [Fact]
    public async Task A_stop_with_nothing_to_do_ends_at_once()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        for (var i = 0; i < 50; i++)
        {
            rig.Start();
            await rig.AppendAsync("a");
            rig.Stop();
            await rig.StoppedAsync();
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        }
    }

    [Fact]
    public async Task Aborting_lets_go_of_what_is_in_flight_and_charges_it_nothing()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.Answer = (_, context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        await rig.AppendAsync("a", "b");
        rig.Start();
        await crm.Arrived.WaitPastAsync(1, rig.Limit);
        await rig.AbortAsync();
        rig.Count("SELECT count(*) FROM delivery").ShouldBe(0);
        rig.Count("SELECT count(*) FROM retry").ShouldBe(0);
    }

    [Fact, Trait("Guarantee", "G5")]
    public async Task Restarted_again_and_again_nothing_settled_is_sent_twice_and_nothing_is_skipped()
    {
        const int events = 600;
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        var random = new Random(11);
        crm.Answer = async (_, context) =>
        {
            await Task.Yield();
            lock (random)
                context.Response.StatusCode = random.NextDouble() < 0.1 ? 503 : 200;
        };
        await rig.AppendAsync(Enumerable.Range(0, events).Select(i => $"c{i % 23}"));
        rig.Start();
        foreach (var requests in (int[])[40, 150, 260, 400])
        {
            await crm.Arrived.WaitPastAsync(requests, rig.Limit);
            var (settled, seen) = (rig.Count("SELECT count(*) FROM delivery"), crm.Requests.Count);
            await rig.RestartAsync();
            settled.ShouldBeLessThanOrEqualTo(seen);
        }

        await rig.SettledAsync(events);
        var histories = Histories(crm);
        histories.Select(one => string.Join(',', one.Split(',').Distinct())).ShouldBe(Sent(events, i => $"c{i % 23}"), ignoreOrder: true);
        // A second copy only of what was in flight, at most once for each stop and request.
        histories.Sum(one => one.Split(',').Length).ShouldBeInRange(events + histories.Count, events + histories.Count + (4 * 32));
        rig.Count("SELECT position FROM destination").ShouldBe(events);
    }

    [Fact]
    public async Task What_was_settled_out_of_turn_is_not_sent_again_after_a_restart()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.Answer = (request, context) =>
        {
            context.Response.StatusCode = request.ConversationId == "stuck" && request.Number <= 6 ? 500 : 200;
            return Task.CompletedTask;
        };
        await rig.AppendAsync("stuck", "a", "b", "c", "d", "e");
        rig.Start();
        await rig.SettledAsync(5);
        rig.Count("SELECT position FROM destination").ShouldBe(0);
        // Its answer may come after those of the five others.
        await rig.CountsAsync("SELECT count(*) FROM retry WHERE position = 1", 1);
        rig.Count("SELECT attempts FROM retry WHERE position = 1").ShouldBe(1);
        await rig.RestartAsync();
        rig.Dispatcher.Status.Waiting.ShouldBeInRange(0, 1);
        await rig.SettledAsync(6);
        crm.Requests.Count.ShouldBe(7);
        rig.Count("SELECT attempts FROM delivery WHERE position = 1").ShouldBe(2);
        rig.Count("SELECT position FROM destination").ShouldBe(1);
        await rig.AppendAsync("a");
        await rig.SettledAsync(7);
        rig.Count("SELECT position FROM destination").ShouldBe(7);
    }

    [Fact, Trait("Guarantee", "G9")]
    public async Task However_many_wait_at_most_4096_are_in_memory()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.ConcurrencyMode = ConcurrencyMode.Fixed;
        var release = new TaskCompletionSource();
        crm.Answer = (request, context) => request.Number <= 32 ? release.Task : Task.CompletedTask;
        await rig.AppendAsync(Enumerable.Range(0, 10_000).Select(i => $"c{i % 40}"));
        var most = 0;
        rig.Start();
        await crm.Arrived.WaitPastAsync(31, rig.Limit);
        most = Math.Max(most, rig.Dispatcher.InHand);
        release.SetResult();
        for (var settled = 1_000; settled <= 10_000; settled += 1_000)
        {
            await rig.SettledAsync(settled);
            most = Math.Max(most, rig.Dispatcher.InHand);
        }

        most.ShouldBeInRange(1, 4_096);
        crm.Requests.Count.ShouldBe(10_000);
        crm.Overlaps.ShouldBe(0);
    }

    private static List<string> Histories(CrmServer crm) => [.. crm.Accepted.Select(one => $"{one.Key},{string.Join(',', one.Value)}")];

    /// <summary>What each conversation must have got, in its order.</summary>
    private static IEnumerable<string> Sent(int events, Func<int, string> conversation) =>
        Enumerable.Range(0, events)
            .Select(i => Some.Event(i + 1, conversation(i), at: TimeSpan.FromMilliseconds(i + 1)))
            .GroupBy(e => e.ConversationId)
            .Select(one => $"{one.Key},{string.Join(',', one.Select(e => e.Id))}");
}
