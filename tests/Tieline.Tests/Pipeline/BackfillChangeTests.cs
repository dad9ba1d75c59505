using Tieline.Backfill;
using Tieline.TestKit;
using Tieline.Tests.Genesys.Details;
using static Tieline.Tests.Pipeline.BackfillRig;

namespace Tieline.Tests.Pipeline;

/// <summary>What becomes of a gap while it is asked about: it grows, fills itself, or the process ends.</summary>
public sealed class BackfillChangeTests
{
    /// <summary>Somebody waits at 20 s, between the events on either side of the gap.</summary>
    private static readonly string _missed = Record("m1", "acd voice q1 | interact 20-");

    [Fact]
    public async Task A_late_arrival_of_what_was_fetched_is_no_second_copy_and_fills_its_gap()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed);
        rig.Start();
        await rig.OfferAsync((1, 10), (3, 30));
        await rig.Rig.ExpireAsync(2);
        await rig.AskedAsync(1);
        await rig.Rig.OfferAsync(Some.Frame(2, "m1", "routing.queue", "queued", TimeSpan.FromSeconds(20)));
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c3 completed"]);
        (await rig.GapsAsync())[0].ShouldStartWith("hole filled 1 1 0");
        await rig.PassAsync(7_200);
        rig.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_span_without_a_connection_is_asked_for_though_no_number_is_missing()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed);
        rig.Start();
        await rig.OfferAsync((1, 10));
        await rig.ReconnectAsync();
        await rig.PassAsync(1);
        await rig.AskedAsync(1);
        await rig.OfferAsync((2, 60));
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c2 completed"]);
        var asked = rig.Asked.Single();
        (asked.From, asked.To).ShouldBe((At(10 - 5), At(61)));
    }

    [Fact]
    public async Task The_first_event_is_given_a_second_to_say_what_a_span_without_a_connection_cost_and_then_it_is_asked_for_at_once()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed);
        rig.Start();
        await rig.OfferAsync((1, 10));
        await rig.ReconnectAsync();
        await rig.PassAsync(0.999);
        rig.Asked.ShouldBeEmpty();
        await rig.OfferAsync((4, 60));
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
        (await rig.GapsAsync()).ShouldBe(["reconnect filling 1 1 0"]);
    }

    [Fact]
    public async Task An_answer_asked_for_before_the_numbers_jumped_ends_no_wait_and_the_next_one_does()
    {
        await using var rig = new BackfillRig();
        var held = 0L;
        var jumps = Interrupted(rig, () => rig.OfferAsync((4, 60)));
        rig.Answer = asked =>
        {
            held = rig.HeldCount;
            return jumps(asked);
        };
        rig.Start();
        await rig.OfferAsync((1, 10));
        await rig.ReconnectAsync();
        await rig.PassAsync(1);
        await rig.AskedAsync(2);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
        held.ShouldBe(2, "at the second call: the one that was live and the one that the first answer brought");
        (await rig.GapsAsync()).ShouldBe(["reconnect filling 2 1 1"]);
    }

    [Fact]
    public async Task A_gap_that_is_found_while_a_long_answer_is_read_is_asked_for_between_two_pages()
    {
        await using var rig = new BackfillRig();
        var found = Interrupted(rig, async () =>
        {
            await rig.OfferAsync((7, 50));
            await rig.Rig.ExpireAsync(2);
        });
        rig.Answer = asked =>
        {
            found(asked).Dispose();
            return asked.From == At(25) ? Page(Record("b2", "acd voice q1 | interact 40-")) : PageOf(101, Enumerable.Repeat(Other, asked.Page == 1 ? 100 : 1));
        };
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(3);
        rig.Asked.Take(3).Select(asked => (asked.From, asked.Page)).ShouldBe([(At(5), 1), (At(25), 1), (At(5), 2)]);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "c4 completed", "b2 queued fetched", "c7 completed"]);
        (await rig.GapsAsync())[1].ShouldBe("hole filling 1 1 0");
    }

    [Fact]
    public async Task A_span_that_goes_on_while_it_is_asked_about_is_asked_for_again_from_the_start()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed);
        rig.Start();
        await rig.OfferAsync((1, 10));
        await rig.ReconnectAsync();
        await rig.PassAsync(1);
        await rig.AskedAsync(1);
        await rig.PassAsync(118);
        (await rig.GapsAsync()).ShouldBe(["reconnect filling 5 1 1"]);
        rig.Answer = Interrupted(rig, () =>
        {
            rig.Rig.Intake.OnConnected(continuous: false);
            return Task.CompletedTask;
        }, from: 6);
        await rig.PassAsync(1); // the answer that would have closed it
        await rig.AskedAsync(6);
        await rig.PassAsync(1);
        await rig.AskedAsync(7);
        (await rig.GapsAsync()).ShouldBe(["reconnect filling 7 1 1"]);
        rig.Asked[^1].To.ShouldBe(At(181));
    }

    [Fact]
    public async Task After_a_crash_before_the_first_answer_the_gap_is_asked_for()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed);
        await rig.OpenGapAsync();
        await rig.Rig.RestartAsync();
        rig.Rig.StartWriting();
        rig.Start();
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"], "what waited for it before the crash still does");
        (await rig.GapsAsync()).ShouldBe(["hole filling 1 1 0"]);
    }

    [Fact]
    public async Task After_a_crash_a_gap_goes_on_where_it_was_and_what_was_fetched_stays_one()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed);
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        await rig.PassAsync(40);
        await rig.StopAsync();
        (await rig.GapsAsync()).ShouldBe(["hole filling 5 1 1"]);
        await rig.Rig.RestartAsync();
        rig.Rig.StartWriting();
        rig.Start();
        await rig.PassAsync(79);
        rig.Asked.Count.ShouldBe(5);
        await rig.PassAsync(1);
        (await rig.GapsAsync()).ShouldBe(["hole filled 6 1 1"]);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
    }

    [Fact]
    public async Task After_a_crash_a_gap_that_was_found_to_be_bigger_is_asked_for_at_once()
    {
        await using var rig = new BackfillRig();
        rig.Start();
        await rig.OfferAsync((1, 10));
        await rig.ReconnectAsync();
        await rig.PassAsync(1);
        await rig.AskedAsync(1);
        await rig.PassAsync(39);
        await rig.StopAsync();
        rig.Asked.Count.ShouldBe(5);
        await rig.OfferAsync((4, 99));
        await rig.Rig.RestartAsync();
        rig.Rig.StartWriting();
        rig.Answer = _ => Page(_missed);
        rig.Start();
        await rig.AskedAsync(6);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
        (await rig.GapsAsync()).ShouldBe(["reconnect filling 6 1 0"]);
    }

    [Fact]
    public async Task A_loop_that_failed_goes_on_with_what_it_knew()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => rig.Asked.Count == 1 ? throw new InvalidOperationException("nobody foresaw this") : Page(_missed);
        rig.Start();
        await rig.OpenGapAsync();
        (await rig.FailAndRunAsync()).Message.ShouldBe("nobody foresaw this");
        await rig.AskedAsync(2);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
    }

    [Fact]
    public async Task After_a_restart_the_absence_is_asked_for_as_soon_as_there_is_a_connection()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed);
        await rig.OfferAsync((1, 10));
        await rig.Rig.RestartAsync();
        rig.Rig.StartWriting();
        rig.Start();
        await rig.ReconnectAsync();
        await rig.PassAsync(1);
        await rig.AskedAsync(1);
        await rig.OfferAsync((4, 59));
        await rig.AskedAsync(2);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
        (await rig.GapsAsync()).ShouldBe(["restart filling 2 1 1"]);
    }

    [Fact]
    public async Task A_gap_that_has_changed_is_not_closed_by_who_does_not_know()
    {
        await using var rig = new BackfillRig();
        await rig.OfferAsync((1, 10));
        rig.Rig.Intake.OnConnected(continuous: false);
        var fill = GapFill.Of(rig.Rig.Intake.TakeGapChanges()[^1].Gap);
        await rig.OfferAsync((4, 60));
        var closed = fill with { State = GapState.Filled, NextAskAt = null, ClosedAt = rig.Time.GetUtcNow() };
        (await rig.Rig.Intake.SaveAsync(closed, rig.Rig.Limit)).ShouldBeFalse();
        await rig.Rig.Intake.AnsweredAsync([1], rig.Rig.Limit);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed"]);
        (await rig.GapsAsync()).ShouldBe(["reconnect open 0 0 0"]);
        rig.Rig.Intake.TakeGapChanges().Count.ShouldBe(1);
        (await rig.Rig.Intake.SaveAsync(closed, rig.Rig.Limit)).ShouldBeTrue();
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "c4 completed"]);
    }

    /// <summary>While the call of this number, counted from 1, is under way, something happens.</summary>
    private static Func<Asked, HttpResponseMessage> Interrupted(BackfillRig rig, Func<Task> happens, int from = 1) => _ =>
    {
        if (rig.Asked.Count == from)
            happens().Wait(rig.Rig.Limit);
        return Page(_missed);
    };
}
