using System.Text.Json;
using Tieline.Simulator.Details;

namespace Tieline.Simulator.Tests.Details;

public class JobTests
{
    private const string Day = $$"""{"interval":"{{DetailsClient.Day}}","order":"asc","orderBy":"conversationStart"}""";

    [Fact]
    public async Task A_job_is_queued_then_pending_then_fulfilled()
    {
        await using var rig = await StartAsync(o => o.JobTime = TimeSpan.FromSeconds(40));
        var client = await DetailsClient.OfAsync(rig);
        var id = await SubmitAsync(client);
        var queued = (await client.GetAsync($"jobs/{id}")).Body;
        queued.GetProperty("state").GetString().ShouldBe("QUEUED");
        queued.TryGetProperty("completionDate", out _).ShouldBeFalse();
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        (await StateAsync(client, id)).ShouldBe("PENDING");
        var (early, why) = await client.GetAsync($"jobs/{id}/results");
        early.ShouldBe(400);
        why.GetProperty("message").GetString()!.ShouldContain("PENDING");
        rig.Clock.Advance(TimeSpan.FromSeconds(30));
        var done = (await client.GetAsync($"jobs/{id}")).Body;
        done.GetProperty("state").GetString().ShouldBe("FULFILLED");
        (done.GetProperty("completionDate").GetDateTimeOffset() - done.GetProperty("submissionDate").GetDateTimeOffset()).ShouldBe(TimeSpan.FromSeconds(40));
        rig.Simulator.Status.DetailsJobs.ShouldBe(1);
        rig.Simulator.Status.DetailsRequests[202].ShouldBe(1);
    }

    [Fact]
    public async Task Results_come_page_by_page_and_turn_back_into_what_was_streamed()
    {
        await using var rig = await StartAsync(o => (o.JobTime, o.JobsBehind) = (TimeSpan.Zero, TimeSpan.Zero));
        var client = await DetailsClient.OfAsync(rig);
        var id = await SubmitAsync(client);
        var streamed = rig.Simulator.Ledger().Count(line => line.Passes);
        await rig.MakeAsync(500);   // after it was done: not in it
        var rows = new List<JsonElement>();
        for (var cursor = ""; ;)
        {
            var (status, page) = await client.GetAsync($"jobs/{id}/results?pageSize=40{cursor}");
            status.ShouldBe(200);
            page.TryGetProperty("dataAvailabilityDate", out _).ShouldBeTrue();
            rows.AddRange(DetailsClient.Rows(page));
            if (RecordReading.Text(page, "cursor") is not { } next)
            {
                break;
            }
            DetailsClient.Rows(page).Count.ShouldBe(40);
            cursor = $"&cursor={next}";
        }
        rows.SelectMany(RecordReading.Read).Count().ShouldBe(streamed);
        rows.ShouldAllBe(row => row.GetRawText().Contains("\"accountNumber\":\"AC-100"));
    }

    [Fact]
    public async Task A_job_reads_data_that_is_behind()
    {
        await using var rig = await StartAsync(o => (o.JobTime, o.JobsBehind) = (TimeSpan.Zero, TimeSpan.FromSeconds(3600)));
        var client = await DetailsClient.OfAsync(rig);
        var (_, availability) = await client.GetAsync("jobs/availability");
        availability.GetProperty("dataAvailabilityDate").GetDateTimeOffset().ShouldBe(rig.Clock.GetUtcNow().AddHours(-1), TimeSpan.FromMilliseconds(1));
        var id = await SubmitAsync(client);
        DetailsClient.Rows((await client.GetAsync($"jobs/{id}/results")).Body).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_finds_what_began_before_the_days_of_its_interval_unless_it_says_otherwise()
    {
        await using var rig = await StartAsync(o => (o.JobTime, o.JobsBehind, o.BeganEarlier) = (TimeSpan.Zero, TimeSpan.Zero, 1));
        var client = await DetailsClient.OfAsync(rig);
        var all = await SubmitAsync(client);
        DetailsClient.Rows((await client.GetAsync($"jobs/{all}/results")).Body).Count.ShouldBe(rig.Simulator.Status.History);
        var today = await SubmitAsync(client, Day[..^1] + ""","startOfDayIntervalMatching":true}""");
        DetailsClient.Rows((await client.GetAsync($"jobs/{today}/results")).Body).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_can_be_cancelled_and_can_fail()
    {
        await using var rig = await StartAsync(o => o.JobTime = TimeSpan.FromSeconds(1));
        var client = await DetailsClient.OfAsync(rig);
        var cancelled = await SubmitAsync(client);
        using (var answer = await client.SendAsync(HttpMethod.Delete, $"jobs/{cancelled}"))
        {
            ((int)answer.StatusCode).ShouldBe(204);
        }
        await rig.InjectAsync("""{"kind":"details","answer":"jobFails","count":1}""");
        (await StateAsync(client, cancelled)).ShouldBe("CANCELLED");   // is no submission: the fault waits
        var failing = await SubmitAsync(client);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        var (_, failed) = await client.GetAsync($"jobs/{failing}");
        failed.GetProperty("state").GetString().ShouldBe("FAILED");
        failed.GetProperty("errorMessage").GetString().ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("jobs/none")]
    [InlineData("jobs/none/results")]
    [InlineData("nothing")]
    public async Task What_is_not_there_is_404(string path)
    {
        await using var rig = await Rig.StartAsync();
        var (status, body) = await (await DetailsClient.OfAsync(rig)).GetAsync(path);
        status.ShouldBe(404);
        body.GetProperty("code").GetString().ShouldBe("not.found");
    }

    [Fact]
    public async Task A_job_has_no_paging()
    {
        await using var rig = await Rig.StartAsync();
        (await (await DetailsClient.OfAsync(rig)).PostAsync("jobs", Day[..^1] + ""","paging":{"pageSize":10}}""")).Status.ShouldBe(400);
    }

    [Fact]
    public void A_job_expires_after_a_day()
    {
        var query = DetailsQuery.Parse(Day, isJob: true);
        var job = new DetailsJob("1", query, query.From, query.From.AddSeconds(5), Fails: false);
        job.StateAt(query.From.AddHours(23)).ShouldBe("FULFILLED");
        job.StateAt(query.From.AddHours(24)).ShouldBe("EXPIRED");
    }

    private static async Task<string> SubmitAsync(DetailsClient client, string query = Day)
    {
        var (status, body) = await client.PostAsync("jobs", query);
        status.ShouldBe(202);
        return body.GetProperty("jobId").GetString()!;
    }

    private static async Task<string?> StateAsync(DetailsClient client, string id) =>
        (await client.GetAsync($"jobs/{id}")).Body.GetProperty("state").GetString();

    private static async Task<Rig> StartAsync(Action<GenesysSimulatorOptions> configure)
    {
        var rig = await Rig.StartAsync(o =>
        {
            (o.Rate, o.OpenConversations) = (1_000, 50);
            configure(o);
        });
        await rig.ConnectAsync();
        await rig.MakeAsync(2_000);
        return rig;
    }
}
