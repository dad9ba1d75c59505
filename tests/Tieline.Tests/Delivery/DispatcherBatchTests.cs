using Microsoft.AspNetCore.Http;
using Tieline.Delivery;
using Tieline.Journal;

namespace Tieline.Tests.Delivery;

/// <summary>Batches through the dispatcher: what goes out together, and what becomes of the others when some of it is refused.</summary>
public sealed class DispatcherBatchTests
{
    [Fact]
    public async Task Events_go_out_in_arrays_each_conversation_in_order()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Rig(crm, 10);
        await rig.AppendAsync(Enumerable.Range(0, 100).Select(number => $"c{number % 7}"));
        rig.Start();
        await rig.SettledAsync(100);

        crm.Requests.ShouldAllBe(request => request.Events.Count <= 10);
        crm.Requests.Count.ShouldBeLessThan(30);
        crm.Overlaps.ShouldBe(0);
        ShouldHaveArrived(rig, crm, 100);
        rig.Count("SELECT sum(attempts) FROM delivery").ShouldBe(crm.Requests.Count); // a day's limit counts requests
    }

    [Fact]
    public async Task A_batch_that_is_refused_is_halved_until_what_is_bad_stands_alone()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Rig(crm, 64);
        crm.Answer = (request, context) => Status(context, request.Events.Any(e => e.ConversationId.StartsWith("bad", StringComparison.Ordinal)) ? 422 : 200);
        await rig.AppendAsync([.. Enumerable.Range(0, 150).Select(number => $"c{number % 50}"), "bad1", "bad2", .. Enumerable.Range(0, 50).Select(number => $"c{number}")]);
        rig.Start();
        await rig.SettledAsync(202);

        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(2);
        rig.Count("SELECT count(*) FROM dead_letter WHERE conversation LIKE 'bad%' AND status = 422").ShouldBe(2);
        crm.Accepted.Values.Sum(ids => ids.Count).ShouldBe(200);
        ShouldHaveArrived(rig, crm, 202, "bad1", "bad2");
    }

    [Fact]
    public async Task A_bad_event_in_the_middle_of_one_conversation_is_found_among_its_own()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Rig(crm, 50);
        await rig.AppendAsync(Enumerable.Repeat("c", 40));
        var bad = rig.Journal.Read(reader => reader.ReadEntry(new JournalPosition(23)))!.Id.ToString();
        crm.Answer = (request, context) => Status(context, request.Events.Any(e => e.Id == bad) ? 400 : 200);
        rig.Start();
        await rig.SettledAsync(40);

        rig.Count("SELECT position FROM dead_letter").ShouldBe(23);
        crm.Accepted["c"].Count.ShouldBe(39);
        crm.Requests.Count.ShouldBeLessThan(20);
    }

    [Fact]
    public async Task One_that_makes_the_crm_fail_holds_the_others_up_for_some_halvings_only()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Rig(crm, 16);
        rig.Options.Retry.GiveUpAfter = TimeSpan.FromMilliseconds(60);
        crm.Answer = (request, context) => Status(context, request.Events.Any(e => e.ConversationId == "bad") ? 500 : 200);
        await rig.AppendAsync(["bad", .. Enumerable.Range(0, 60).Select(number => $"c{number}")]);
        rig.Start();
        await rig.SettledAsync(61);

        rig.Count("SELECT count(*) FROM dead_letter WHERE conversation = 'bad'").ShouldBe(1);
        ShouldHaveArrived(rig, crm, 61, "bad");
        crm.Accepted.Values.ShouldAllBe(ids => ids.Count == 1);
    }

    [Fact]
    public async Task After_a_throttle_the_same_batch_goes_out_under_the_same_id()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Batch = new BatchOptions { MaxEvents = 5, MaxWait = TimeSpan.FromMilliseconds(300) };
        crm.AnswerWith(429);
        await rig.AppendAsync("a", "b", "a");
        rig.Start();
        await rig.WaitsAsync(0.3);
        crm.Requests.ShouldBeEmpty();
        rig.Advance(0.3);
        await rig.WaitsAsync(2);
        await rig.AppendAsync("c");
        rig.Advance(2);
        await rig.SettledAsync(3);

        var requests = crm.Requests.Where(request => request.Events.Count == 3).ToList();
        requests.Count.ShouldBe(2);
        requests[1].Id.ShouldBe(requests[0].Id);
        requests[1].Id.ShouldStartWith("bat_");
        requests[1].Body.ShouldBe(requests[0].Body);
    }

    [Fact]
    public async Task Where_the_crm_tells_of_each_only_what_failed_is_tried_again()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Rig(crm, 20);
        rig.Options.Batch.Results = BatchResults.Salesforce;
        var locked = 2;
        crm.Answer = async (request, context) =>
        {
            var results = request.Events.Select(e => e.ConversationId switch
            {
                "bad" => """{"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"no"}]}""",
                "locked" when Interlocked.Decrement(ref locked) >= 0 => """{"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"busy"}]}""",
                _ => """{"success":true}""",
            }).ToList();
            foreach (var (e, result) in request.Events.Zip(results))
                context.Items[e.Id] = result.Contains("false", StringComparison.Ordinal) ? result : null;
            await context.Response.WriteAsync($"[{string.Join(',', results)}]");
        };
        await rig.AppendAsync(["locked", "bad", "locked", .. Enumerable.Range(0, 60).Select(number => $"c{number % 20}")]);
        rig.Start();
        await rig.SettledAsync(63);

        rig.Count("SELECT count(*) FROM dead_letter WHERE conversation = 'bad' AND status = 200").ShouldBe(1);
        crm.Accepted.Values.Sum(ids => ids.Count).ShouldBe(62);
        ShouldHaveArrived(rig, crm, 63, "bad");
        crm.Requests.ShouldAllBe(request => request.Events.Select(e => e.ConversationId).Distinct().Count() == request.Events.Count);
        rig.Count("SELECT count(*) FROM attempt WHERE outcome = 'server-failed'").ShouldBe(0);
    }

    [Fact]
    public async Task Killed_again_and_again_it_loses_nothing_and_repeats_only_what_was_in_flight()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Rig(crm, 8);
        rig.Options.Concurrency = 4;
        crm.Answer = (request, context) => Status(context, request.Events.Any(e => e.ConversationId == "c3") ? 422 : 200);
        await rig.AppendAsync(Enumerable.Range(0, 400).Select(number => $"c{number % 23}"));
        rig.Start();
        foreach (var settled in (int[])[40, 150, 300])
        {
            await rig.SettledAsync(settled);
            await rig.RestartAsync();
        }

        await rig.SettledAsync(400);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(rig.Count("SELECT count(*) FROM event WHERE conversation = 'c3'"));
        ShouldHaveArrived(rig, crm, 400, "c3");
    }

    [Fact]
    public async Task With_hold_a_dead_letter_out_of_a_batch_stops_its_conversation()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Rig(crm, 10);
        rig.Options.OnDeadLetter = DeadLetterMode.Hold;
        crm.Answer = (request, context) => Status(context, request.Events.Any(e => e.ConversationId == "bad") ? 422 : 200);
        await rig.AppendAsync("bad", "good", "bad", "bad", "good");
        rig.Start();
        await rig.SettledAsync(5);

        rig.Count("SELECT count(*) FROM waiting").ShouldBe(2);
        rig.Count("SELECT position FROM dead_letter").ShouldBe(1);
        crm.Accepted["good"].Count.ShouldBe(2);
    }

    private static DeliveryRig Rig(CrmServer crm, int maxEvents)
    {
        var rig = DeliveryRig.Quick(crm);
        rig.Options.Batch = new BatchOptions { MaxEvents = maxEvents, MaxWait = TimeSpan.FromMilliseconds(5) };
        return rig;
    }

    private static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>Each conversation's events were first accepted in its order, and none is missing.</summary>
    private static void ShouldHaveArrived(DeliveryRig rig, CrmServer crm, int events, params string[] but)
    {
        var expected = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        for (var position = 1; position <= events; position++)
        {
            var entry = rig.Journal.Read(reader => reader.ReadEntry(new JournalPosition(position)))!;
            if (!but.Contains(entry.ConversationId))
                (expected.TryGetValue(entry.ConversationId, out var ids) ? ids : expected[entry.ConversationId] = []).Add(entry.Id.ToString());
        }

        crm.Accepted.Keys.Order(StringComparer.Ordinal).ShouldBe(expected.Keys.Order(StringComparer.Ordinal));
        foreach (var (conversation, ids) in expected)
            crm.Accepted[conversation].Distinct().ShouldBe(ids);
    }
}
