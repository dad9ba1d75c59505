using Microsoft.AspNetCore.Http;
using Tieline.Delivery;
using Tieline.Journal;

namespace Tieline.Tests.Delivery;

/// <summary>What becomes of a conversation when one of its events is a dead letter, and when somebody decides on that.</summary>
public sealed class DispatcherHoldTests
{
    [Fact]
    public async Task Held_events_wait_in_order_over_restarts_until_the_dead_letter_is_replayed()
    {
        await using var crm = await CrmServer.StartAsync();
        var mended = false;
        crm.Answer = (request, context) => AnswerAsync(request, context, !Volatile.Read(ref mended));
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.OnDeadLetter = DeadLetterMode.Hold;
        await rig.AppendAsync("bad", "bad", "good", "bad");
        rig.Start();
        await rig.SettledAsync(4);
        await rig.AppendAsync("bad", "good", "bad");
        await rig.SettledAsync(7);
        crm.Requests.Count(request => request.ConversationId == "bad").ShouldBe(1);
        crm.Accepted["good"].Count.ShouldBe(2);
        rig.Count("SELECT count(*) FROM waiting").ShouldBe(4);
        rig.Count("SELECT position FROM destination").ShouldBe(7);

        await rig.RestartAsync();
        await rig.AppendAsync("bad", "good");
        await rig.SettledAsync(9);
        crm.Requests.Count(request => request.ConversationId == "bad").ShouldBe(1);

        Volatile.Write(ref mended, true);
        (await ReplayAsync(rig, 1)).ShouldBeTrue();
        (await ReplayAsync(rig, 1)).ShouldBeFalse();
        await rig.AppendAsync("bad", "bad");
        await GoneAsync(rig);

        crm.Requests.Where(request => request.ConversationId == "bad").Select(request => request.Id).Skip(1).ShouldBe(Ids(rig, "bad"));
        crm.Overlaps.ShouldBe(0);
        rig.Count("SELECT count(*) FROM delivery WHERE outcome <> 'delivered'").ShouldBe(0);
        rig.Count("SELECT count(*) FROM attempt").ShouldBe(0);
        rig.Dispatcher.Status.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_discarded_one_lets_go_what_waits_behind_it_and_the_next_refusal_stops_it_again()
    {
        await using var crm = await CrmServer.StartAsync();
        crm.Answer = (request, context) => AnswerAsync(request, context, request.Number is 1 or 3);
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.OnDeadLetter = DeadLetterMode.Hold;
        await rig.AppendAsync("c", "c", "c", "c");
        rig.Start();
        await rig.SettledAsync(4);

        (await DiscardAsync(rig, 1)).ShouldBeTrue();
        for (var fact = rig.Journal.Counters.NextFact - 1; rig.Count("SELECT count(*) FROM dead_letter") == 0; fact = rig.Journal.Counters.NextFact - 1)
            await rig.Journal.WaitForFactsAsync(fact, rig.Limit);

        rig.Count("SELECT position FROM dead_letter").ShouldBe(3);
        rig.Count("SELECT count(*) FROM delivery WHERE outcome = 'discarded'").ShouldBe(1);
        rig.Count("SELECT position FROM waiting").ShouldBe(4);
        (await DiscardAsync(rig, 3)).ShouldBeTrue();
        await GoneAsync(rig);
        crm.Accepted["c"].ShouldBe(Ids(rig, "c").Where((_, index) => index is 1 or 3));
    }

    [Fact]
    public async Task Without_hold_the_conversation_goes_on_and_what_is_replayed_keeps_its_order_and_its_place_before_new_events()
    {
        await using var crm = await CrmServer.StartAsync();
        crm.Answer = (request, context) => AnswerAsync(request, context, request.Number is 1 or 2);
        await using var rig = DeliveryRig.Quick(crm);
        await rig.AppendAsync("c", "c", "c");
        rig.Start();
        await rig.SettledAsync(3);
        crm.Accepted["c"].Count.ShouldBe(1);

        (await ReplayAsync(rig, 1)).ShouldBeTrue();
        (await ReplayAsync(rig, 2)).ShouldBeTrue();
        await rig.AppendAsync("c");
        await GoneAsync(rig);

        string[] ids = [.. Ids(rig, "c")];
        crm.Accepted["c"].Where(id => id != ids[3]).ShouldBe([ids[2], ids[0], ids[1]]);
        crm.Accepted["c"].Count.ShouldBe(4);
    }

    [Fact]
    public async Task Many_conversations_go_on_in_turns_each_in_order_also_when_it_is_killed_among_them()
    {
        const int Conversations = 150;
        const int Each = 5;
        await using var crm = await CrmServer.StartAsync();
        var mended = false;
        crm.Answer = (_, context) =>
        {
            context.Response.StatusCode = Volatile.Read(ref mended) ? 200 : 422;
            return Task.CompletedTask;
        };
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.OnDeadLetter = DeadLetterMode.Hold;
        await rig.AppendAsync(Enumerable.Range(0, Conversations * Each).Select(number => $"c{number % Conversations}"));
        rig.Start();
        await rig.SettledAsync(Conversations * Each);
        rig.Count("SELECT count(*) FROM waiting").ShouldBe(Conversations * (Each - 1));

        Volatile.Write(ref mended, true);
        for (var position = 1; position <= Conversations; position++)
        {
            (await ReplayAsync(rig, position)).ShouldBeTrue();
            if (position == 100)
                await rig.RestartAsync();
        }

        await GoneAsync(rig);
        foreach (var (conversation, accepted) in crm.Accepted)
            accepted.Distinct().ShouldBe(Ids(rig, conversation));
        crm.Accepted.Count.ShouldBe(Conversations);
        rig.Count("SELECT count(*) FROM delivery WHERE outcome = 'delivered'").ShouldBe(Conversations * Each);
    }

    [Fact]
    public async Task Of_many_attempts_the_first_and_the_last_are_kept()
    {
        await using var crm = await CrmServer.StartAsync();
        crm.Answer = async (request, context) =>
        {
            context.Response.StatusCode = request.Number <= 14 ? 503 : 422;
            await context.Response.WriteAsync($"no {request.Number}");
        };
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.Answers.Keep = AnswerKeep.Text;
        await rig.AppendAsync("c");
        rig.Start();
        await rig.SettledAsync(1);

        var attempts = rig.Journal.Read(reader => reader.ReadAttempts(rig.Journal.NumberOf("crm"), new(1)));
        attempts.Select(attempt => attempt.Number).ShouldBe([1, 2, .. Enumerable.Range(attempts[^1].Number - 7, 8)]);
        attempts[0].Outcome.ShouldBe("server-failed");
        attempts[0].Answer.ShouldBe("no 1");
        attempts[^1].Outcome.ShouldBe("rejected");
        attempts[^1].Answer.ShouldBe("no 15");
    }

    private static Task AnswerAsync(CrmRequest request, HttpContext context, bool refuses)
    {
        context.Response.StatusCode = refuses && request.ConversationId != "good" ? 422 : 200;
        return Task.CompletedTask;
    }

    private static IEnumerable<string> Ids(DeliveryRig rig, string conversation)
    {
        for (var position = 1L; rig.Journal.Read(reader => reader.ReadEntry(new(position))) is { } entry; position++)
        {
            if (entry.ConversationId == conversation)
                yield return entry.Id.ToString();
        }
    }

    private static async Task GoneAsync(DeliveryRig rig)
    {
        while (rig.Count("SELECT (SELECT count(*) FROM waiting) + (SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.position = e.position))") > 0)
            await rig.Journal.WaitForDurabilityAsync(rig.Limit);
    }

    private static async Task<bool> ReplayAsync(DeliveryRig rig, long position)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await rig.Journal.PostAsync(new JournalWork.ReplayDeadLetter(new(position), rig.Journal.NumberOf("crm"), "test", done), rig.Limit);
        return await done.Task.WaitAsync(rig.Limit);
    }

    private static async Task<bool> DiscardAsync(DeliveryRig rig, long position)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await rig.Journal.PostAsync(new JournalWork.Discard(new(position), rig.Journal.NumberOf("crm"), "test", "no use", done), rig.Limit);
        return await done.Task.WaitAsync(rig.Limit);
    }
}
