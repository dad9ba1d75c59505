using Microsoft.AspNetCore.Http;
using Tieline.Delivery;
using Tieline.Journal;

namespace Tieline.Tests.Delivery;

/// <summary>Errors of the CRMs' own APIs, from a real answer to what becomes of the events: whose fault it is decides, not the status.</summary>
public sealed class DispatcherVendorTests
{
    private const string Storage = """[{"message":"storage limit exceeded","errorCode":"STORAGE_LIMIT_EXCEEDED"}]""";
    private const string Locked = """[{"message":"unable to obtain exclusive access","errorCode":"UNABLE_TO_LOCK_ROW"}]""";
    private const string NoField = """[{"message":"No such column","errorCode":"INVALID_FIELD"}]""";
    private const string NoUri = """{"error":{"message":"Requested URI does not represent any resource","detail":"/api/now/x"},"status":"failure"}""";
    private const string Rule = """{"error":{"message":"Operation Failed","detail":"Operation against file 'x' was aborted by Business Rule 'y'"},"status":"failure"}""";

    [Theory]
    [InlineData(400, Storage)]
    [InlineData(403, Storage)]
    public async Task Storage_that_is_full_holds_the_destination_and_no_event_is_a_dead_letter(int status, string body)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Concurrency = 1;
        crm.Answer = (_, context) => Write(context, status, body);
        await rig.AppendAsync("c1", "c2", "c3");
        rig.Start();
        await rig.WaitsAsync(30);

        rig.Dispatcher.Status.State.ShouldBe(GateState.Held);
        rig.Dispatcher.Status.Problem.ShouldNotBeNull().ShouldContain("STORAGE_LIMIT_EXCEEDED: the org's data storage is full");
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);

        crm.Answer = (_, context) => Write(context, 200, "");
        rig.Advance(30);
        await rig.SettledAsync(3);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    [Fact]
    public async Task Storage_that_gets_full_within_a_batch_holds_the_destination_and_what_was_written_is_delivered()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Batched(crm, BatchResults.Salesforce, DeliveryRig.Timed(crm.Url));
        crm.Answer = (request, context) => Write(
            context, 200, $"[{string.Join(',', request.Events.Select((_, index) => index == 0 ? """{"success":true}""" : """{"success":false,"errors":[{"statusCode":"STORAGE_LIMIT_EXCEEDED"}]}"""))}]");
        await rig.AppendAsync("c1", "c2", "c3");
        rig.Start();
        await rig.WaitsAsync(30);
        await rig.SettledAsync(1);

        rig.Dispatcher.Status.State.ShouldBe(GateState.Held);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);

        crm.Answer = (request, context) => Write(context, 200, $"[{string.Join(',', request.Events.Select(_ => """{"success":true}"""))}]");
        rig.Advance(30);
        await rig.SettledAsync(3);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    [Theory]
    [InlineData(Locked)]
    [InlineData("""[{"message":"T: execution of AfterInsert caused by: System.DmlException: first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access","errorCode":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"}]""")]
    public async Task A_record_that_is_locked_is_tried_again(string body)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.Answer = (request, context) => request.Number <= 2 ? Write(context, 400, body) : Task.CompletedTask;
        await rig.AppendAsync("c1");
        rig.Start();
        await rig.SettledAsync(1);

        crm.Requests.Count.ShouldBe(3);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    [Theory]
    [InlineData(400, NoField)]
    [InlineData(400, NoUri)]
    public async Task What_is_set_up_wrongly_pauses_the_destination_and_no_event_is_a_dead_letter(int status, string body)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Timed(crm.Url);
        rig.Options.Concurrency = 1;
        rig.Options.Retry.MinDelay = TimeSpan.FromMinutes(4); // out of the probes' way
        crm.Answer = (_, context) => Write(context, status, body);
        await rig.AppendAsync("c1", "c2", "c3");
        rig.Start();
        await rig.WaitsAsync(60);

        rig.Dispatcher.Status.State.ShouldBe(GateState.Misconfigured);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);

        crm.Answer = (_, context) => Write(context, 200, "");
        rig.Advance(60);
        await rig.SettledAsync(3);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    [Fact]
    public async Task A_field_that_is_missing_for_a_whole_batch_pauses_the_destination()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Batched(crm, BatchResults.Salesforce, DeliveryRig.Timed(crm.Url));
        crm.Answer = (request, context) => Write(
            context, 200, $"[{string.Join(',', request.Events.Select(_ => """{"success":false,"errors":[{"statusCode":"INVALID_FIELD_FOR_INSERT_UPDATE"}]}"""))}]");
        await rig.AppendAsync("c1", "c2", "c3");
        rig.Start();
        await rig.WaitsAsync(60);

        rig.Dispatcher.Status.State.ShouldBe(GateState.Misconfigured);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    [Fact]
    public async Task A_right_that_one_event_of_a_batch_lacks_is_its_own_fault()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Batched(crm, BatchResults.Salesforce, DeliveryRig.Quick(crm));
        crm.Answer = (request, context) => Write(
            context,
            200,
            $"[{string.Join(',', request.Events.Select(e => e.ConversationId == "c2" ? """{"success":false,"errors":[{"statusCode":"INSUFFICIENT_ACCESS_OR_READONLY"}]}""" : """{"success":true}"""))}]");
        await rig.AppendAsync("c1", "c2", "c3");
        rig.Start();
        await rig.SettledAsync(3);

        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(1);
        rig.Count("SELECT count(*) FROM dead_letter WHERE conversation = 'c2'").ShouldBe(1);
    }

    [Fact]
    public async Task What_a_business_rule_refuses_is_a_dead_letter_and_pauses_nobody()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.Answer = (request, context) => request.ConversationId.StartsWith("bad", StringComparison.Ordinal) ? Write(context, 403, Rule) : Task.CompletedTask;
        await rig.AppendAsync("bad1", "c1", "bad2", "c2", "bad3");
        rig.Start();
        await rig.SettledAsync(5);

        rig.Count("SELECT count(*) FROM dead_letter WHERE conversation LIKE 'bad%'").ShouldBe(3);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(3);
    }

    [Theory]
    [InlineData("""{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"status":"error","category":"VALIDATION_ERROR","message":"m","context":{}}]}""")]
    [InlineData("""{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"status":"error","category":"VALIDATION_ERROR","message":"m"}]}""")]
    [InlineData("""{"status":"COMPLETE","results":[],"numErrors":1}""")]
    public async Task A_207_that_does_not_name_what_failed_comes_to_an_end(string body)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Batched(crm, BatchResults.HubSpot, DeliveryRig.Quick(crm));
        crm.Answer = (request, context) => request.Events.Any(e => e.ConversationId.StartsWith("bad", StringComparison.Ordinal))
            ? Write(context, 207, body)
            : Write(context, 200, """{"status":"COMPLETE","results":[]}""");
        await rig.AppendAsync("bad1", "c1", "c2", "bad2", "c3", "bad3", "c4", "c5");
        rig.Start();
        await rig.SettledAsync(8);

        rig.Count("SELECT count(*) FROM dead_letter WHERE conversation LIKE 'bad%'").ShouldBe(3);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(3);
        crm.Requests.Count.ShouldBeLessThan(25);
    }

    [Fact]
    public async Task A_409_for_a_batch_of_which_one_event_is_in_conflict_loses_none_of_the_others()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Batched(crm, BatchResults.HubSpot, DeliveryRig.Quick(crm));
        rig.Options.Retry.GiveUpAfter = TimeSpan.FromMilliseconds(30);
        crm.Answer = (request, context) => request.Events.Any(e => e.ConversationId == "bad")
            ? Write(context, 409, """{"status":"error","message":"Contact already exists.","correlationId":"c","category":"CONFLICT"}""")
            : Write(context, 200, """{"status":"COMPLETE","results":[]}""");
        await rig.AppendAsync("c1", "c2", "bad", "c3", "c4");
        rig.Start();
        await rig.SettledAsync(5);

        crm.Accepted.Keys.ShouldBe(["c1", "c2", "c3", "c4"], ignoreOrder: true);
        rig.Count("SELECT count(*) FROM dead_letter WHERE conversation = 'bad'").ShouldBe(1);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(1);
    }

    [Fact]
    public async Task A_batch_that_HubSpot_has_not_done_is_not_taken_for_delivered()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = Batched(crm, BatchResults.HubSpot, DeliveryRig.Quick(crm));
        crm.Answer = (request, context) => Write(context, 200, $$"""{"status":"{{(request.Number == 1 ? "CANCELED" : "COMPLETE")}}","results":[]}""");
        await rig.AppendAsync("c1");
        rig.Start();
        await rig.SettledAsync(1);

        crm.Requests.Count.ShouldBe(2);
    }

    private static DeliveryRig Batched(CrmServer crm, BatchResults results, DeliveryRig rig)
    {
        rig.Options.Url = crm.Url;
        rig.Options.Batch = new BatchOptions { MaxEvents = 10, MaxWait = TimeSpan.Zero, Results = results };
        return rig;
    }

    private static Task Write(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }
}
