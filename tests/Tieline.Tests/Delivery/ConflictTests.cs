using Microsoft.AspNetCore.Http;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

/// <summary>409 means "already there" or "in progress". Taken for the first where it is the second, the CRM has nothing.</summary>
public sealed class ConflictTests
{
    private const string Outstanding =
        """{"type":"https://crm.example/idempotency","title":"A request is outstanding for this Idempotency-Key","detail":"A request with the same Idempotency-Key for the same operation is being processed or is outstanding."}""";

    [Fact]
    public async Task In_progress_with_Retry_After_is_asked_again_then_and_delivered_only_when_it_is_taken()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.Answer = (request, context) => request.Number switch
        {
            1 => HangAsync(context), // and fails later, which nobody sees
            2 => AnswerAsync(context, 409, retryAfter: "3"),
            _ => Task.CompletedTask,
        };
        await rig.AppendAsync("a");
        rig.Start();
        await crm.Arrived.WaitPastAsync(0, rig.Limit);
        rig.Advance(7);
        await rig.WaitsAsync(1.5);
        rig.Advance(1.5);
        await rig.WaitsAsync(3);
        rig.Advance(2.999);
        crm.Requests.Count.ShouldBe(2);
        rig.Count("SELECT count(*) FROM delivery").ShouldBe(0);
        rig.Advance(0.001);
        await rig.SettledAsync(1);
        crm.Requests.Count.ShouldBe(3);
        rig.Count("SELECT count(*) FROM delivery WHERE outcome = 'delivered' AND status = 200 AND attempts = 3").ShouldBe(1);
    }

    [Theory]
    [InlineData(Outstanding)]
    [InlineData("""{"error":"in progress"}""")]
    [InlineData("""{"code":"REQUEST_IN_PROGRESS"}""")]
    [InlineData("""{"error":{"code":"idempotency_key_in_use"}}""")]
    public async Task In_progress_in_the_body_is_no_delivery(string body)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.Answer = (request, context) => request.Number <= 3 ? AnswerAsync(context, 409, body) : Task.CompletedTask;
        await rig.AppendAsync("a");
        rig.Start();
        await rig.SettledAsync(1);
        crm.Requests.Count.ShouldBe(4);
        rig.Count("SELECT count(*) FROM delivery WHERE status = 200 AND attempts = 4").ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"error":"duplicate key value violates unique constraint"}""")]
    public async Task After_an_answer_that_was_never_seen_it_is_asked_once_more_after_the_timeout_and_that_decides(string body)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.Answer = (request, context) => request.Number == 1 ? HangAsync(context) : AnswerAsync(context, 409, body);
        await rig.AppendAsync("a");
        rig.Start();
        await crm.Arrived.WaitPastAsync(0, rig.Limit);
        rig.Advance(7);
        await rig.WaitsAsync(1.5);
        rig.Advance(1.5);
        await rig.CountsAsync("SELECT count(*) FROM retry WHERE attempts = 2", 1);
        rig.Advance(6.9);
        crm.Requests.Count.ShouldBe(2);
        rig.Advance(0.1);
        await rig.SettledAsync(1);
        crm.Requests.Count.ShouldBe(3);
        rig.Count("SELECT count(*) FROM delivery WHERE outcome = 'delivered' AND status = 409 AND attempts = 3").ShouldBe(1);
    }

    /// <summary>The gateway has seen no answer either.</summary>
    [Theory]
    [InlineData(502)]
    [InlineData(504)]
    [InlineData(524)]
    public async Task After_a_gateway_that_saw_no_answer_it_is_asked_once_more(int status)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.Timeout = TimeSpan.FromMilliseconds(300);
        crm.AnswerWith(status, 409, 200);
        await rig.AppendAsync("a");
        rig.Start();
        await rig.SettledAsync(1);
        rig.Count("SELECT count(*) FROM delivery WHERE status = 200 AND attempts = 3").ShouldBe(1);
    }

    [Fact]
    public async Task After_an_answer_that_was_seen_it_counts_as_delivered_at_once()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.AnswerWith(503, 500, 409);
        await rig.AppendAsync("a");
        rig.Start();
        await rig.SettledAsync(1);
        rig.Count("SELECT count(*) FROM delivery WHERE status = 409 AND attempts = 3").ShouldBe(1);
    }

    /// <summary>What was in flight at a kill is on no record: each event that was in the journal may have been.</summary>
    [Fact]
    public async Task After_a_restart_the_first_one_is_asked_once_more()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.Answer = (request, context) => request.Number == 1 ? HangAsync(context) : AnswerAsync(context, request.Number == 2 ? 409 : 200);
        await rig.AppendAsync("a");
        rig.Start();
        await crm.Arrived.WaitPastAsync(0, rig.Limit);
        await rig.RestartAsync();
        await rig.CountsAsync("SELECT count(*) FROM retry WHERE attempts = 1", 1);
        rig.Advance(6.9);
        crm.Requests.Count.ShouldBe(2);
        rig.Advance(0.1);
        await rig.SettledAsync(1);
        rig.Count("SELECT count(*) FROM delivery WHERE status = 200").ShouldBe(1);
    }

    [Fact]
    public async Task What_came_after_a_restart_is_delivered_at_the_first()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Start();
        crm.AnswerWith(409);
        await rig.AppendAsync("a");
        await rig.SettledAsync(1);
        crm.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_batch_whose_answer_was_never_seen_is_asked_once_more_as_it_was()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        Batches(rig);
        crm.Answer = (request, context) => request.Number == 1 ? HangAsync(context) : AnswerAsync(context, request.Number <= 3 ? 409 : 200);
        rig.Start();
        await rig.AppendAsync(Enumerable.Range(0, 4).Select(i => $"c{i}"));
        await crm.Arrived.WaitPastAsync(0, rig.Limit);
        rig.Advance(7); // the whole fails, and goes on in halves
        await rig.CountsAsync("SELECT count(*) FROM retry WHERE attempts = 1", 4);
        rig.Advance(1.5);
        await rig.CountsAsync("SELECT count(*) FROM retry WHERE attempts = 2", 4);
        rig.Advance(6.9);
        crm.Requests.Count.ShouldBe(3);
        rig.Advance(0.1);
        await rig.SettledAsync(4);
        rig.Count("SELECT count(*) FROM delivery WHERE status = 200").ShouldBe(4);
        crm.Requests.Skip(1).Take(2).Select(request => request.Id).ShouldBe(crm.Requests.Skip(3).Select(request => request.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task A_batch_in_progress_waits_as_long_as_it_is_asked_to()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        Batches(rig);
        crm.Answer = (request, context) => request.Number == 1 ? AnswerAsync(context, 409, retryAfter: "5") : Task.CompletedTask;
        rig.Start();
        await rig.AppendAsync(Enumerable.Range(0, 4).Select(i => $"c{i}"));
        await rig.CountsAsync("SELECT count(*) FROM retry WHERE attempts = 1", 4);
        rig.Advance(4.9);
        crm.Requests.Count.ShouldBe(1);
        rig.Advance(0.1);
        await rig.SettledAsync(4);
        crm.Requests.Select(request => request.Id).Distinct().ShouldHaveSingleItem(); // the same request: it is this one that is in progress
    }

    /// <summary>It says of its own request that it is in progress; the destination is well.</summary>
    [Fact]
    public async Task In_progress_to_many_neither_pauses_the_destination_nor_lowers_its_rate()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        crm.Answer = (request, context) => AnswerAsync(context, request.ConversationId.StartsWith("busy", StringComparison.Ordinal) ? 409 : 200, retryAfter: "60");
        await rig.AppendAsync(Enumerable.Range(0, 30).Select(i => $"busy{i}"));
        rig.Start();
        await rig.CountsAsync("SELECT count(*) FROM retry", 30);
        await rig.AppendAsync("other");
        await rig.SettledAsync(1);
        rig.Dispatcher.Status.State.ShouldBe(GateState.Open);
    }

    private static void Batches(DeliveryRig rig) => (rig.Options.Batch.MaxEvents, rig.Options.Batch.MaxWait) = (4, TimeSpan.Zero);

    private static Task HangAsync(HttpContext context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

    private static async Task AnswerAsync(HttpContext context, int status, string body = "", string? retryAfter = null)
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        context.Response.ContentType = "application/problem+json";
        await context.Response.WriteAsync(body, context.RequestAborted);
    }
}
