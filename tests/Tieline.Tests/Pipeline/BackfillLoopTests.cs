using System.Net;
using Tieline.TestKit;
using Tieline.Tests.Genesys.Details;
using static Tieline.Tests.Pipeline.BackfillRig;

namespace Tieline.Tests.Pipeline;

public sealed class BackfillLoopTests
{
    /// <summary>Somebody waits at 20 s, between the events on either side of the gap.</summary>
    private static readonly string _missed = Record("m1", "acd voice q1 | interact 20-");

    /// <summary>The first numbers there ever were tell of nothing before them: what the subscription should have brought until then is asked for.</summary>
    [Fact]
    public async Task What_was_lost_between_the_first_subscription_and_the_first_frame_is_fetched_and_nothing_from_before()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => BackfillRig.Page(BackfillRig.Record("b1", "acd voice q1 | interact 50-"), BackfillRig.Record("m1", "acd voice q1 | interact 65-"));
        rig.Start();
        rig.Rig.Intake.OnConnected(continuous: false); // at 60 s
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        await rig.OfferAsync((7, 69));
        await rig.SettleAsync();
        await rig.PassAsync(600);
        (await rig.DeliverableAsync()).ShouldBe(["c7 completed", "m1 queued fetched"]);
        (await rig.GapsAsync()).ShouldHaveSingleItem().ShouldStartWith("start filled ");
        rig.Rig.Journal.Read(reader => reader.ReadSince()).ShouldBe(BackfillRig.At(60));
    }

    [Fact]
    public async Task What_was_missed_is_asked_for_once_its_gap_is_confirmed_and_goes_out_before_what_waited_for_it_at_the_answer()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed);
        rig.Start();
        await rig.OfferAsync((1, 10), (4, 30));
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed"]);
        await rig.Rig.ExpireAsync(2);
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
        (await rig.GapsAsync()).ShouldBe(["hole filling 1 1 0"]);
        var asked = rig.Asked.Single();
        (asked.From, asked.To).ShouldBe((At(10 - 5), At(30 + 5)), "the gap, with as little margin as one that somebody waits for has");
        await rig.OfferAsync((5, 61));
        (await rig.DeliverableAsync())[^1].ShouldBe("c5 completed");
    }

    [Fact]
    public async Task A_gap_is_asked_for_again_since_records_lag_and_closed_when_a_late_answer_brings_nothing_new()
    {
        await using var rig = new BackfillRig();
        var asked = new List<double>();
        rig.Answer = _ =>
        {
            asked.Add((rig.Time.GetUtcNow() - At(62)).TotalSeconds);
            return asked.Count < 5 ? Page(Other) : Page(_missed);
        };
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "c4 completed"], "one complete answer ends the wait, whatever it says");
        await rig.PassAsync(119);
        (await rig.GapsAsync()).ShouldBe(["hole filling 5 1 0"]);
        await rig.PassAsync(1);
        asked.ShouldBe([0, 2, 5, 10, 30, 120]);
        (await rig.GapsAsync()).ShouldBe(["hole filled 6 1 1"]);
        (await rig.DeliverableAsync())[^1].ShouldBe("m1 queued fetched");
        rig.Asked[^1].From.ShouldBe(At(10).AddHours(-24), "nothing from before the first event is wanted");
        rig.Rig.Rows("SELECT detail FROM fact WHERE kind = 'gap-filled'", row => row.GetString(0)).ShouldHaveSingleItem().ShouldContain("\"recovered\":1");
        rig.Rig.Logs.Has(6201).ShouldBeTrue();
        await rig.PassAsync(7_200);
        asked.Count.ShouldBe(6);
    }

    [Fact]
    public async Task While_the_api_is_down_the_wait_ends_by_time_and_the_gap_stays_listed_and_fills_later()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => FakeDetails.Status(HttpStatusCode.Forbidden);
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        await rig.PassAsync(2.999);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed"]);
        await rig.PassAsync(0.001);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "c4 completed"]);
        await rig.PassAsync(600);
        (await rig.GapsAsync()).ShouldHaveSingleItem().ShouldStartWith("hole filling 17 0 0 ");
        rig.Answer = _ => Page(_missed);
        await rig.PassAsync(60);
        (await rig.DeliverableAsync())[^1].ShouldBe("m1 queued fetched");
        await rig.PassAsync(3_600);
        (await rig.GapsAsync()).ShouldBe(["hole filled 19 1 1"]);
    }

    [Fact]
    public async Task Receiving_goes_on_while_an_answer_is_awaited()
    {
        await using var rig = new BackfillRig();
        rig.Genesys.IsSilent = true;
        rig.Start();
        await rig.OpenGapAsync();
        await rig.OfferAsync((5, 31), (6, 32));
        (await rig.Rig.HeldAsync()).ShouldBe([4, 5, 6]);
        await rig.Rig.ExpireAsync(3);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "c4 completed", "c5 completed", "c6 completed"]);
    }

    [Fact]
    public async Task Trouble_that_stays_is_retried_by_the_reader_first_and_then_by_the_plan()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => rig.Asked.Count <= 7 ? FakeDetails.Status(HttpStatusCode.BadGateway) : Page(_missed);
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(8);
        (await rig.GapsAsync()).ShouldBe(["hole filling 2 1 0"]);
    }

    /// <summary>A machine under load answers late; what is behind the gap still goes out behind what was missed.</summary>
    [Fact]
    public async Task An_answer_that_is_on_its_way_is_waited_for_beyond_the_first_limit()
    {
        await using var rig = new BackfillRig(holdSeconds: 5, holdAtMostSeconds: 30);
        rig.Answer = _ => rig.Asked.Count <= 4 ? FakeDetails.Status(HttpStatusCode.ServiceUnavailable) : Page(_missed); // again after 1.5, 2.5, 4.5 and 8.5 s
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(5);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
    }

    [Theory]
    [InlineData(600, 7)] // Genesys wants no call for ten minutes: the answer is not on its way
    [InlineData(null, 30)]
    public async Task No_answer_is_waited_for_beyond_the_second_limit_nor_one_that_was_refused_beyond_the_first(int? retryAfter, double released)
    {
        await using var rig = new BackfillRig(holdSeconds: 7, holdAtMostSeconds: 30);
        if (retryAfter is null)
            rig.Genesys.IsSilent = true;
        rig.Answer = _ => FakeDetails.Status(HttpStatusCode.TooManyRequests, retryAfter: "600");
        rig.Start();
        await rig.OpenGapAsync();
        if (retryAfter is not null)
            await rig.AskedAsync(1);
        rig.Time.Advance(TimeSpan.FromSeconds(released - 2) - TimeSpan.FromMilliseconds(1));
        await rig.Rig.Intake.ExpireAsync(rig.Rig.Limit);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed"]);
        rig.Time.Advance(TimeSpan.FromMilliseconds(1));
        await rig.Rig.Intake.ExpireAsync(rig.Rig.Limit);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "c4 completed"]);
    }

    [Fact]
    public async Task A_retry_after_is_kept_to()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => rig.Asked.Count == 1 ? FakeDetails.Status(HttpStatusCode.TooManyRequests, retryAfter: "600") : Page(_missed);
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        (await rig.GapsAsync()).ShouldBe(["hole filling 1 0 0 Genesys answered 429"]);
        await rig.PassAsync(599.9);
        rig.Asked.Count.ShouldBe(1);
        await rig.PassAsync(0.2);
        rig.Asked.Count.ShouldBe(2);
        (await rig.GapsAsync()).ShouldBe(["hole filling 2 1 0"]);
    }

    [Fact]
    public async Task Half_an_answer_is_taken_and_ends_no_wait()
    {
        await using var rig = new BackfillRig(holdSeconds: 120);
        var held = 0L;
        rig.Answer = _ =>
        {
            if (rig.Asked.Count <= 7)
                return PageOf(150, _missed);
            held = rig.HeldCount;
            return Page(_missed);
        };
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(8);
        held.ShouldBe(2, "the one that was live and the one that was fetched");
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
        (await rig.GapsAsync()).ShouldBe(["hole filling 2 1 1"]);
    }

    [Fact]
    public async Task An_answer_that_is_none_ends_no_wait()
    {
        await using var rig = new BackfillRig(holdSeconds: 120);
        var held = 0L;
        rig.Answer = _ =>
        {
            if (rig.Asked.Count <= 7)
                return FakeDetails.Json("<html>nothing");
            held = rig.HeldCount;
            return Page(_missed);
        };
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(8);
        held.ShouldBe(1);
        (await rig.GapsAsync()).ShouldBe(["hole filling 2 1 0"]);
    }

    [Fact]
    public async Task A_record_that_is_none_costs_the_others_nothing()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page("""{"conversationStart":"2026-03-02T09:00:00Z"}""", """{"conversationId":"odd","participants":[7]}""", _missed);
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldContain("m1 queued fetched");
        rig.Rig.Logs.Has(6203).ShouldBeTrue();
    }

    [Theory]
    [InlineData(6203)]
    [InlineData(6204)]
    public async Task Records_that_are_none_and_ends_that_differ_are_said_once_in_ten_seconds_and_counted(int eventId)
    {
        await using var rig = new BackfillRig();
        var record = eventId == 6203 ? """{"conversationId":"odd","participants":[7]}""" : Record("c4", "acd voice q1 | interact 25-29 system\nends 29");
        rig.Answer = _ => Page(record, record);
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        Said().ShouldHaveSingleItem().ShouldContain("; 0 more like it");
        await rig.PassAsync(9);
        rig.Asked.Count.ShouldBe(3);
        Said().Count().ShouldBe(1);
        await rig.PassAsync(1);
        Said().Last().ShouldContain("; 5 more like it");
        Said().Count().ShouldBe(2);

        IEnumerable<string> Said() => rig.Rig.Logs.Lines.Where(line => line.EventId == eventId).Select(line => line.Message);
    }

    [Fact]
    public async Task More_conversations_than_enter_at_once_all_enter_once()
    {
        await using var rig = new BackfillRig();
        string[] records = [.. Enumerable.Range(0, 50).Select(n => Record($"m{n:00}", FormattableString.Invariant($"acd voice q1 | interact {15 + (n * 0.1)}-")))];
        rig.Answer = _ => PageOf(60, [.. records, .. records[..10]]);
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", .. Enumerable.Range(0, 50).Select(n => $"m{n:00} queued fetched"), "c4 completed"]);
        (await rig.GapsAsync()).ShouldBe(["hole filling 1 50 10"]);
    }

    [Fact]
    public async Task What_could_not_be_closed_for_long_is_abandoned_and_said()
    {
        await using var rig = new BackfillRig();
        rig.Rig.Logs.Expect(6202);
        rig.Options.AbandonAfter = TimeSpan.FromHours(6);
        rig.Answer = _ => FakeDetails.Status(HttpStatusCode.Forbidden);
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        await rig.PassAsync((6 * 3_600) - 1);
        rig.Rig.Logs.Has(6202).ShouldBeFalse();
        await rig.PassAsync(1);
        (await rig.GapsAsync())[0].ShouldStartWith("hole abandoned ");
        rig.Rig.Logs.Has(6202).ShouldBeTrue();
        rig.Rig.Rows("SELECT 1 FROM fact WHERE kind = 'gap-abandoned'", _ => 1).Count.ShouldBe(1);
        var asked = rig.Asked.Count;
        await rig.PassAsync(7_200);
        rig.Asked.Count.ShouldBe(asked);
    }

    [Fact]
    public async Task Only_facts_of_the_gaps_time_of_media_that_are_subscribed_to_and_not_from_before_the_first_event_enter()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(
            _missed,
            Record("b1", "acd voice q1 | interact 5-"),
            Record("a1", "acd voice q1 | interact 95-"),
            Record("c77", "acd chat q1 | interact 21-"),
            Record("n1", "ends 25"));
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
    }

    [Fact]
    public async Task A_hole_right_behind_the_first_event_fills_though_that_event_was_dropped()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed);
        rig.Start();
        await rig.Rig.OfferAsync(Some.Frame(1, "c1", state: "active", at: TimeSpan.FromSeconds(10)));
        await rig.OfferAsync((4, 30));
        await rig.Rig.ExpireAsync(2);
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["m1 queued fetched", "c4 completed"]);
    }

    [Fact]
    public async Task A_span_that_somebody_asks_for_enters_whatever_came_first()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(Record("b1", "acd voice q1 | interact 5-"), Record("o3", "acd voice q1 | interact 7-"));
        rig.Start();
        await rig.OfferAsync((1, 10));
        (await rig.Rig.Intake.RequestAsync(At(4), At(6), rig.Rig.Limit)).ShouldBe(1);
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "b1 queued fetched"]);
        (await rig.GapsAsync()).ShouldBe(["manual filling 1 1 0"]);
        await rig.PassAsync(600);
        (await rig.GapsAsync())[0].ShouldStartWith("manual filled ");
    }

    [Fact]
    public async Task What_came_live_is_not_taken_again_and_counted_as_known()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed, Record("c4", "ends 29.5"));
        rig.Media = [];
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
        (await rig.GapsAsync()).ShouldBe(["hole filling 1 1 1"]);
    }

    [Fact]
    public async Task A_tolerated_gap_is_not_asked_for()
    {
        await using var rig = new BackfillRig(tolerance: 2);
        rig.Start();
        await rig.OpenGapAsync();
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "c4 completed"]);
        await rig.AskedAsync(0);
        await rig.OfferAsync((8, 40));
        await rig.Rig.ExpireAsync(2);
        await rig.AskedAsync(1);
        (await rig.GapsAsync()).ShouldBe(["hole tolerated 0 0 0", "hole filling 1 0 0"]);
    }

    [Fact]
    public async Task Gaps_that_lie_together_are_asked_for_as_one_and_each_event_counts_once()
    {
        await using var rig = new BackfillRig(holdSeconds: 0);
        rig.Answer = _ => Page(_missed);
        await rig.OfferAsync((1, 10), (3, 30), (5, 31));
        await rig.Rig.ExpireAsync(2);
        rig.Start();
        await rig.AskedAsync(1);
        (await rig.GapsAsync()).ShouldBe(["hole filling 1 1 0", "hole filling 1 0 0"]);
        var asked = rig.Asked.Single();
        (asked.From, asked.To).ShouldBe((At(10 - 5), At(31 + 5)));
    }

    [Fact]
    public async Task What_lies_behind_a_gap_is_left_to_the_stream_until_that_has_come_so_far()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page(_missed, Record("a2", "acd voice q1 | interact 33-"));
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
        await rig.OfferAsync((5, 40));
        await rig.PassAsync(2);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed", "c5 completed", "a2 queued fetched"]);
        (await rig.GapsAsync()).ShouldBe(["hole filling 2 2 1"]);
    }

    [Fact]
    public async Task Where_numbers_are_missing_an_answer_without_any_conversation_is_none()
    {
        await using var rig = new BackfillRig(holdSeconds: 120);
        var held = 0L;
        rig.Answer = _ =>
        {
            if (rig.Asked.Count == 1)
                return Page();
            held = rig.HeldCount;
            return Page(_missed);
        };
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        (await rig.GapsAsync()).ShouldHaveSingleItem().ShouldStartWith("hole filling 1 0 0 Genesys answered that there was no conversation at all");
        await rig.PassAsync(1);
        held.ShouldBe(1);
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "m1 queued fetched", "c4 completed"]);
        (await rig.GapsAsync()).ShouldBe(["hole filling 2 1 0"]);
    }

    [Fact]
    public async Task Where_only_the_time_is_known_an_answer_without_any_conversation_is_one()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => Page();
        rig.Start();
        await rig.OfferAsync((1, 10));
        await rig.ReconnectAsync();
        await rig.PassAsync(1);
        await rig.AskedAsync(1);
        (await rig.GapsAsync()).ShouldBe(["reconnect filling 1 0 0"]);
        await rig.PassAsync(120);
        (await rig.GapsAsync())[0].ShouldStartWith("reconnect filled ");
    }
}
