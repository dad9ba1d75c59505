using System.Net;

namespace Tieline.Service.Tests.CrmReceiver;

public class WebhookTests
{
    [Fact]
    public async Task A_delivery_is_recorded_once_however_often_it_comes()
    {
        await using var rig = await ReceiverRig.StartAsync();

        (await rig.PostAsync("evt_1", ReceiverRig.Body())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await rig.PostAsync("evt_1", ReceiverRig.Body())).StatusCode.ShouldBe(HttpStatusCode.OK);

        var record = (await rig.RecordsAsync()).ShouldHaveSingleItem();
        record.GetProperty("id").GetString().ShouldBe("evt_1");
        record.GetProperty("conversationId").GetString().ShouldBe("c1");
        record.GetProperty("type").GetString().ShouldBe("conversation.state");
        record.GetProperty("state").GetString().ShouldBe("completed");
        record.GetProperty("timestamp").GetString().ShouldBe("2026-03-02T09:14:07.218Z");
        record.GetProperty("receivedAt").GetString().ShouldBe("2026-03-02T09:15:00Z");
        record.GetProperty("copies").GetInt32().ShouldBe(2);
        record.GetProperty("origin").GetString().ShouldBe("live");
        (await rig.StatsAsync()).GetProperty("duplicates").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task Records_are_in_the_order_of_arrival_and_name_their_origin()
    {
        await using var rig = await ReceiverRig.StartAsync();

        await rig.PostAsync("evt_2", ReceiverRig.Body(timestamp: "2026-03-02T09:14:09Z"));
        await rig.PostAsync("evt_1", ReceiverRig.Body(timestamp: "2026-03-02T09:14:08Z"), headers: ("Tieline-Origin", "backfill"));

        (await rig.RecordsAsync()).Select(record => (record.GetProperty("id").GetString(), record.GetProperty("origin").GetString()))
            .ShouldBe([("evt_2", "live"), ("evt_1", "backfill")]);
    }

    [Theory]
    [InlineData("[]", "object")]
    [InlineData("{", "JSON")]
    [InlineData("\"\uD800\"", "JSON")]
    [InlineData("""{"type":"t","timestamp":"2026-03-02T09:14:07Z","participants":[]}""", "conversationId")]
    [InlineData("""{"conversationId":7,"type":"t","timestamp":"2026-03-02T09:14:07Z","participants":[]}""", "conversationId")]
    [InlineData("""{"conversationId":"c","timestamp":"2026-03-02T09:14:07Z","participants":[]}""", "type")]
    [InlineData("""{"conversationId":"c","type":"t","state":null,"timestamp":"2026-03-02T09:14:07Z","participants":[]}""", "state")]
    [InlineData("""{"conversationId":"c","type":"t","participants":[]}""", "timestamp")]
    [InlineData("""{"conversationId":"c","type":"t","timestamp":"2026-03-02T09:14:07","participants":[]}""", "timestamp")]
    [InlineData("""{"conversationId":"c","type":"t","timestamp":"soon","participants":[]}""", "timestamp")]
    [InlineData("""{"conversationId":"c","type":"t","timestamp":"2026-03-02T09:14:07Z"}""", "participants")]
    [InlineData("""{"conversationId":"c","type":"t","timestamp":"2026-03-02T09:14:07Z","participants":[{"id":1}]}""", "participants")]
    public async Task A_body_that_is_not_the_payload_is_refused_with_its_reason(string body, string reason)
    {
        await using var rig = await ReceiverRig.StartAsync();

        var answer = await rig.PostAsync("evt_1", body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain(reason);
        (await rig.RecordsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"conversationId":"c","type":"routing.queue","timestamp":"2026-03-02T09:14:07.218Z","participants":[]}""")]
    [InlineData("""{"conversationId":"c","type":"t","timestamp":"2026-03-02T11:14:07+02:00","participants":[{},{"role":"acd"}],"later":{"version":2}}""")]
    public async Task What_the_payload_may_leave_out_or_add_is_accepted(string body)
    {
        await using var rig = await ReceiverRig.StartAsync();

        (await rig.PostAsync("evt_1", body, "application/json; charset=utf-8")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        await using var rig = await ReceiverRig.StartAsync();

        (await rig.PostAsync("evt_1", ReceiverRig.Body(), "text/plain")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_request_without_an_id_is_refused()
    {
        await using var rig = await ReceiverRig.StartAsync();

        (await rig.PostAsync(null, ReceiverRig.Body())).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_body_over_256_KiB_is_refused()
    {
        await using var rig = await ReceiverRig.StartAsync();

        (await rig.PostAsync("evt_1", ReceiverRig.Body(new string('c', 256 * 1024)))).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task While_an_outage_is_simulated_every_delivery_is_answered_503()
    {
        await using var rig = await ReceiverRig.StartAsync();

        await rig.SimulateAsync("down");
        (await rig.PostAsync("evt_1", ReceiverRig.Body())).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await rig.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await rig.SimulateAsync("up");
        (await rig.PostAsync("evt_1", ReceiverRig.Body())).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await rig.StatsAsync()).GetProperty("refused").GetInt64().ShouldBe(1);
        (await rig.RecordsAsync()).ShouldHaveSingleItem().GetProperty("copies").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Past_its_cap_the_oldest_id_is_forgotten_and_that_is_said()
    {
        await using var rig = await ReceiverRig.StartAsync("--max-records", "2");

        foreach (var id in new[] { "evt_1", "evt_2", "evt_3" })
            await rig.PostAsync(id, ReceiverRig.Body());

        (await rig.RecordsAsync()).Select(record => record.GetProperty("id").GetString()).ShouldBe(["evt_2", "evt_3"]);
        (await rig.StatsAsync()).GetProperty("forgotten").GetInt64().ShouldBe(1);
    }
}
