using Tieline.Events;
using Tieline.Filtering;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.TestKit;

namespace Tieline.Tests.Reconcile;

public sealed class ReconcilerTests
{
    [Fact]
    public async Task What_was_delivered_everywhere_is_good()
    {
        await using var rig = new ReconcileRig();
        await rig.HaveAsync(250);

        var report = await rig.RunAsync();

        report.IsGood.ShouldBeTrue();
        report.IsProvisional.ShouldBeFalse();
        report.Figures.ShouldBe(new ReconcileFigures { Conversations = 250, Expected = 1000, Delivered = 1000 });
        report.Destinations.Select(one => (one.Name, one.Figures.Delivered)).ShouldBe([(ReconcileRig.Crm, 1000), (ReconcileRig.Erp, 1000)]);
        report.Findings.ShouldBeEmpty();
    }

    /// <summary>It came on Friday, and this is Monday: an answer by time does not have it.</summary>
    [Fact]
    public async Task The_end_of_a_conversation_that_began_days_ago_is_found_missing_and_the_report_says_how_far_it_looked()
    {
        await using var rig = new ReconcileRig();
        await rig.HaveAsync(3);
        var old = System.Text.Json.Nodes.JsonNode.Parse(ReconcileRig.Record("o1").GetRawText())!;
        old["conversationStart"] = "2026-02-27T17:00:00.000Z";
        var record = System.Text.Json.JsonSerializer.SerializeToElement(old);
        rig.Tell([record]);
        await rig.ReceiveAsync(ReconcileRig.Facts(record).SkipLast(1));

        var report = await rig.RunAsync();

        report.Figures.ShouldBe(new ReconcileFigures { Conversations = 4, Expected = 16, Delivered = 15, Missing = 1 });
        (report.Findings.ShouldHaveSingleItem().ConversationId, report.Findings[0].State).ShouldBe(("o1", "completed"));
        report.NotAsked.ShouldBe("conversations that began before 2026-03-01T00:00:00.000Z and of which the journal has no event");
        report.ToJson()["notAsked"]!.GetValue<string>().ShouldBe(report.NotAsked);
    }

    [Fact]
    public async Task A_deleted_delivery_is_missing_at_its_destination()
    {
        await using var rig = new ReconcileRig();
        await rig.HaveAsync(250);
        rig.Tamper("DELETE FROM delivery WHERE position = 614 AND destination = (SELECT number FROM destination WHERE name = 'erp')").ShouldBe(1);

        var report = await rig.RunAsync();

        report.IsGood.ShouldBeFalse();
        report.Figures.ShouldBe(new ReconcileFigures { Conversations = 250, Expected = 1000, Delivered = 999, Missing = 1 });
        report.Destinations.Select(one => (one.Name, one.Figures.Missing)).ShouldBe([(ReconcileRig.Crm, 0), (ReconcileRig.Erp, 1)]);
        var finding = report.Findings.ShouldHaveSingleItem();
        (finding.Kind, finding.ConversationId, finding.State, finding.Position, finding.Destination, finding.IsRepaired).ShouldBe(("missing", "c154", "transfer", 614, "erp", false));
    }

    [Theory]
    [InlineData("DELETE FROM event WHERE position = 1")]
    [InlineData("DELETE FROM event WHERE position = 614")]
    [InlineData("DELETE FROM event WHERE position = 614; DELETE FROM delivery WHERE position = 614")]
    [InlineData("DELETE FROM event WHERE position = 1000; DELETE FROM delivery WHERE position = 1000")]
    public async Task A_deleted_event_is_missing_in_the_journal(string tamper)
    {
        await using var rig = new ReconcileRig();
        await rig.HaveAsync(250);
        rig.Tamper(tamper);

        var report = await rig.RunAsync();

        report.Figures.ShouldBe(new ReconcileFigures { Conversations = 250, Expected = 1000, Delivered = 999, Missing = 1 });
        var finding = report.Findings.ShouldHaveSingleItem();
        (finding.Kind, finding.Position, finding.Destination).ShouldBe(("missing", null, null));
    }

    [Fact]
    public async Task Waiting_held_and_dead_letters_are_told_apart()
    {
        await using var rig = new ReconcileRig();
        var record = ReconcileRig.Record("c1");
        var facts = ReconcileRig.Facts(record);
        rig.Tell(record);
        await rig.ReceiveAsync(facts.Take(1));
        await rig.ReceiveAsync(facts.Skip(1).Take(2), delivered: false);
        await rig.SettleAsync(ReconcileRig.Crm, 2, dead: "422");
        await rig.ReceiveAsync(facts.Skip(3), delivered: false, held: true);

        var report = await rig.RunAsync();

        report.IsGood.ShouldBeTrue();
        report.Figures.ShouldBe(new ReconcileFigures { Conversations = 1, Expected = 4, Delivered = 1, DeadLettered = 1, Waiting = 2 });
    }

    [Fact]
    public async Task The_same_fact_dated_otherwise_on_the_stream_is_no_other_fact()
    {
        await using var rig = new ReconcileRig();
        var record = ReconcileRig.Record("c1");
        rig.Tell(record);
        await rig.ReceiveAsync(ReconcileRig.Facts(record).Select(fact => fact with { OccurredAt = fact.OccurredAt.AddSeconds(1.5), Id = EventId.Of(fact.ConversationId, fact.Type, fact.State, fact.OccurredAt.AddSeconds(1.5)) }));

        (await rig.RunAsync()).Figures.ShouldBe(new ReconcileFigures { Conversations = 1, Expected = 4, Delivered = 4 });
    }

    [Fact]
    public async Task What_no_record_tells_is_extra_and_a_different_end_conflicts()
    {
        await using var rig = new ReconcileRig();
        var record = ReconcileRig.Record("c1");
        rig.Tell(record);
        await rig.ReceiveAsync(ReconcileRig.Facts(record).Select(fact => fact.State == EventKinds.Completed ? Other(fact, EventKinds.Abandoned) : fact));
        await rig.ReceiveAsync([
            Some.Event(9, at: TimeSpan.FromSeconds(60)),
            Some.Event(10, type: EventKinds.ConversationState, state: "active", at: TimeSpan.FromSeconds(61)),
            Some.Event(11, at: TimeSpan.FromSeconds(1900)),
        ]);

        var report = await rig.RunAsync();

        report.Figures.ShouldBe(new ReconcileFigures { Conversations = 1, Expected = 4, Delivered = 3, Conflicting = 1, Extra = 1 });
        report.IsGood.ShouldBeFalse();
        report.Findings.Select(finding => (finding.Kind, finding.State)).ShouldBe([("conflicting", "completed"), ("extra", "queued")]);
    }

    [Fact]
    public async Task Only_the_span_counts_and_only_what_the_filter_keeps()
    {
        await using var rig = new ReconcileRig();
        rig.Tell(ReconcileRig.Record("c1"), ReconcileRig.Record("c1"), ReconcileRig.Record("c2", "customer voice | interact 0-5\nends 5"));
        await rig.ReceiveAsync([Some.Event(1, "o2", at: TimeSpan.FromSeconds(-100))]);

        var figures = (await rig.RunAsync(fromSeconds: 30, toSeconds: 90, filter: new FilterOptions { Rules = [new FilterRuleOptions { Type = EventKinds.ConversationState }] })).Figures;

        figures.ShouldBe(new ReconcileFigures { Conversations = 1, Expected = 1, Missing = 1 });
    }

    [Fact]
    public async Task What_was_before_the_first_event_is_not_missing_unless_it_was_asked_for()
    {
        await using var rig = new ReconcileRig();
        rig.Tell(ReconcileRig.Record("c1"));

        (await rig.RunAsync()).Figures.ShouldBe(new ReconcileFigures { Conversations = 1, BeforeStart = 4 });

        await rig.Intake.RequestAsync(Some.Time.AddSeconds(20), Some.Time.AddSeconds(100), ReconcileRig.Cancellation);
        await rig.Journal.WaitForDurabilityAsync(ReconcileRig.Cancellation);
        (await rig.RunAsync()).Figures.ShouldBe(new ReconcileFigures { Conversations = 1, BeforeStart = 1, Expected = 3, Missing = 3 });
    }

    [Fact]
    public async Task Of_what_retention_has_removed_nothing_is_said()
    {
        await using var rig = new ReconcileRig();
        await rig.HaveAsync(2);
        rig.Tamper("UPDATE event SET received_at = received_at + 3600000 WHERE position > 4");
        await rig.Journal.SaveHeadAsync(new AuditHead(rig.Journal.Counters.NextFact - 1, new string('0', 64)), ReconcileRig.Cancellation);
        var removed = new TaskCompletionSource<int>();
        await rig.Journal.PostAsync(new JournalWork.Remove(new JournalPosition(4), 100, Some.Time, removed), ReconcileRig.Cancellation);
        (await removed.Task).ShouldBe(4);

        var report = await rig.RunAsync();

        report.IsGood.ShouldBeTrue();
        report.Figures.ShouldBe(new ReconcileFigures { Conversations = 2, Expected = 8, Delivered = 4, Expired = 4 });
    }

    [Fact]
    public async Task A_destination_that_came_later_is_not_owed_what_was_before()
    {
        await using var rig = new ReconcileRig();
        await rig.HaveAsync(1);
        rig.Tamper("UPDATE destination SET starts_after = 3 WHERE name = 'erp'; DELETE FROM delivery WHERE destination = (SELECT number FROM destination WHERE name = 'erp')");

        var report = await rig.RunAsync();

        report.Destinations[1].Figures.ShouldBe(new ReconcileFigures { NotDue = 3, Missing = 1 });
        report.Figures.ShouldBe(new ReconcileFigures { Conversations = 1, Expected = 4, Delivered = 3, Missing = 1 });
    }

    [Fact]
    public async Task A_young_span_is_provisional_and_a_record_that_is_none_is_not_passed_over()
    {
        await using var rig = new ReconcileRig();
        rig.Tell(System.Text.Json.JsonDocument.Parse("""{"conversationStart":"2026-03-02T09:00:00Z"}""").RootElement);

        var report = await rig.RunAsync(toSeconds: 3599);

        report.IsProvisional.ShouldBeTrue();
        report.IsGood.ShouldBeFalse();
        report.Figures.Unreadable.ShouldBe(1);
    }

    private static ConversationEvent Other(ConversationEvent fact, string state) => fact with { State = state, Id = EventId.Of(fact.ConversationId, fact.Type, state, fact.OccurredAt) };
}
