using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

/// <summary>What is damaged in the journal never goes to a CRM.</summary>
public sealed class DamagedEventTests
{
    /// <summary>Columns that are sent, or that name what is sent, each as a damaged page may have it.</summary>
    public static TheoryData<string> Damages { get; } =
    [
        "type = 'routing.queuf'", "type = CAST(x'720d04fffe' AS TEXT)", "type = ''", "conversation = 'c20'", "conversation = CAST(x'63ff' AS TEXT)", "state = NULL", "state = 'gone'",
        "occurred_at = occurred_at + 1", "occurred_at = 9223372036854775807", "occurred_at = -9223372036854775808", "media_type = 'chat'", "queue_id = NULL",
        "participants = '[]'", "participants = '{'", "participants = CAST(x'5bff5d' AS TEXT)", "origin = 1", "origin = 7", "id = x'00'", "id = randomblob(16)", "id = zeroblob(4096)", "payload_hash = 1", "epoch = 2",
        "sequence = NULL", "checksum = checksum + 1",
    ];

    [Theory, MemberData(nameof(Damages))]
    public async Task A_damaged_event_is_set_aside_with_its_reason_and_the_others_go_out(string damage)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        await rig.AppendAsync("c1", "c2", "c3");
        await rig.ChangeAsync($"UPDATE event SET {damage} WHERE position = 2");
        rig.Start();
        await rig.SettledAsync(3);
        crm.Accepted.Keys.Order().ShouldBe(["c1", "c3"]);
        crm.Requests.Count.ShouldBe(2, "no request was made of it");
        rig.Count("SELECT count(*) FROM dead_letter WHERE position = 2 AND reason LIKE 'stored event is damaged: %'").ShouldBe(1);
        rig.Journal.Damage.Take().Select(span => (span.First.Value, span.Last.Value, span.IsGone)).ShouldBe([(2, 2, false)]);
    }

    [Theory]
    [InlineData("id = x'00'")]
    [InlineData("type = ''")]
    [InlineData("conversation = CAST(x'63ff' AS TEXT)")]
    [InlineData("occurred_at = 9223372036854775807")]
    [InlineData("participants = '[}'")]
    [InlineData("participants = '7'")]
    [InlineData("origin = 7")]
    public async Task What_an_older_version_wrote_has_no_checksum_and_is_set_aside_where_it_can_be_no_event(string damage)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        await rig.AppendAsync("c1", "c2", "c3");
        await rig.ChangeAsync("UPDATE event SET checksum = NULL", $"UPDATE event SET {damage} WHERE position = 2");
        rig.Start();
        await rig.SettledAsync(3);
        crm.Accepted.Keys.Order().ShouldBe(["c1", "c3"]);
        rig.Count("SELECT count(*) FROM dead_letter WHERE position = 2 AND reason LIKE 'stored event is damaged: %'").ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_a_batch_it_is_found_and_the_rest_goes_out(bool holds)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        (rig.Options.Batch, rig.Options.OnDeadLetter) = (new BatchOptions { MaxEvents = 8, MaxWait = TimeSpan.FromMilliseconds(5) }, holds ? DeadLetterMode.Hold : DeadLetterMode.Continue);
        await rig.AppendAsync("c1", "c2", "c2", "c3", "c4", "c5", "c2", "c6");
        await rig.ChangeAsync("UPDATE event SET participants = '[]' WHERE position = 3");
        rig.Start();
        await rig.SettledAsync(8);
        await rig.CountsAsync("SELECT count(*) FROM delivery WHERE outcome = 'delivered'", holds ? 6 : 7);
        crm.Requests.Select(request => request.Body).ShouldAllBe(body => !body.Contains("\"participants\":[]"));
        rig.Count("SELECT position FROM dead_letter").ShouldBe(3);
    }

    [Fact]
    public async Task Replayed_it_is_set_aside_again()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        await rig.AppendAsync("c1");
        await rig.ChangeAsync("UPDATE event SET conversation = 'c9' WHERE position = 1");
        rig.Start();
        await rig.SettledAsync(1);
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await rig.Journal.PostAsync(new Tieline.Journal.JournalWork.ReplayDeadLetter(new(1), rig.Journal.NumberOf(rig.Options.Name), "ops", done), rig.Limit);
        (await done.Task).ShouldBeTrue();
        await rig.CountsAsync("SELECT count(*) FROM fact WHERE kind = 'dead-lettered'", 2);
        rig.Count("SELECT count(*) FROM waiting").ShouldBe(0);
        crm.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_position_whose_event_is_gone_is_told_of_and_holds_up_nothing()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        await rig.AppendAsync("c1", "c2", "c3", "c4", "c5", "c6");
        await rig.ChangeAsync("DELETE FROM event WHERE position IN (2, 3, 6)");
        rig.Start();
        await rig.SettledAsync(3);
        crm.Accepted.Keys.Order().ShouldBe(["c1", "c4", "c5"]);
        rig.Journal.Damage.Take().Select(span => (span.First.Value, span.Last.Value, span.IsGone)).ShouldBe([(2, 3, true), (6, 6, true)]);
    }
}
