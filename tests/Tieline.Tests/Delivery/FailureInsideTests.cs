using System.Text;
using Microsoft.AspNetCore.Http;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

/// <summary>A success whose body tells of a failure, to a destination without <c>Batch:Results</c>.</summary>
public sealed class FailureInsideTests
{
    [Theory]
    [InlineData(207, """{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"status":"error","category":"VALIDATION_ERROR","message":"m"}]}""", "VALIDATION_ERROR")]
    [InlineData(207, """{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"category":"VALIDATION_ERROR"},{"category":"CONFLICT"}]}""", "CONFLICT")]
    [InlineData(207, """{"results":[],"errors":[{"category":"VALIDATION_ERROR","message":"Property values were not valid: PROPERTY_DOESNT_EXIST"}]}""", "PROPERTY_DOESNT_EXIST")]
    [InlineData(207, """{"results":[{"id":"1"}],"numErrors":2}""", null)]
    [InlineData(207, """{"errors":["odd"]}""", null)]
    [InlineData(201, """{"import_set":"ISET1","staging_table":"t","result":[{"transform_map":"m","table":"t","status":"error","error_message":"Row transform ignored by onBefore script"}]}""", null)]
    [InlineData(201, """{"result":[{"status":"inserted"},{"status":"error","error_message":"Data Policy Exception: x is mandatory"}]}""", "Data Policy Exception")]
    [InlineData(200, "\uFEFF" + """[{"success":true},{"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"m"}]}]""", "UNABLE_TO_LOCK_ROW")]
    [InlineData(200, """[{"success":false}]""", null)]
    public void What_failed_is_found_with_its_code(int status, string body, string? code) =>
        (FailureInside.Find(status, Encoding.UTF8.GetBytes(body)).ShouldNotBeNull().Code?.Code).ShouldBe(code);

    [Theory]
    [InlineData(207, """{"status":"COMPLETE","results":[{"id":"1","properties":{"errors":["x"],"status":"error"}}],"numErrors":0,"errors":[]}""")]
    [InlineData(200, """{"numErrors":1,"errors":[{"category":"VALIDATION_ERROR"}]}""")]
    [InlineData(201, """{"result":[{"status":"inserted"},{"status":"ignored"}]}""")]
    [InlineData(201, """{"result":{"status":"error"}}""")]
    [InlineData(201, """{"status":"error"}""")]
    [InlineData(200, """[{"success":true}]""")]
    [InlineData(200, """{"success":false}""")]
    [InlineData(200, """[1,{"success":false},""")]
    [InlineData(202, """[{"success":false}]""")]
    [InlineData(200, "ok")]
    [InlineData(200, "")]
    public void Any_other_body_says_nothing(int status, string body) => FailureInside.Find(status, Encoding.UTF8.GetBytes(body)).ShouldBeNull();

    [Theory]
    [InlineData(207, """{"status":"COMPLETE","results":[{"id":"1"}],"numErrors":1,"errors":[{"status":"error","category":"VALIDATION_ERROR","message":"Johanna"}]}""", "category VALIDATION_ERROR")]
    [InlineData(201, """{"result":[{"status":"error","error_message":"Johanna"}]}""", "no code that Tieline knows")]
    [InlineData(200, """[{"success":true},{"success":false,"errors":[{"statusCode":"STRING_TOO_LONG","message":"Johanna"}]}]""", "statusCode STRING_TOO_LONG")]
    public async Task Of_a_batch_the_event_that_failed_is_a_dead_letter_and_the_others_are_delivered(int status, string body, string codes)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        (rig.Options.Batch.MaxEvents, rig.Options.Batch.MaxWait) = (8, TimeSpan.FromMilliseconds(20));
        crm.Answer = (request, context) => request.Events.Any(e => e.ConversationId == "bad") ? Write(context, status, body) : Write(context, status, """{"status":"COMPLETE","results":[]}""");
        await rig.AppendAsync("c1", "c2", "bad", "c3", "c4");
        rig.Start();
        await rig.SettledAsync(5);

        rig.Count("SELECT count(*) FROM dead_letter WHERE conversation = 'bad'").ShouldBe(1);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(1);
        rig.Count("SELECT count(*) FROM delivery WHERE outcome = 'delivered'").ShouldBe(4);
        var attempt = rig.Journal.Read(reader => reader.ReadAttempts(rig.Journal.NumberOf("crm"), new(3)))[^1];
        attempt.Status.ShouldBe(status);
        attempt.Answer.ShouldNotBeNull().ShouldEndWith(": " + codes);
    }

    [Fact]
    public async Task What_is_over_by_itself_is_tried_again()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.Answer = (request, context) => request.Number == 1
            ? Write(context, 207, """{"status":"COMPLETE","results":[],"numErrors":1,"errors":[{"category":"CONFLICT"}]}""")
            : Write(context, 200, """{"status":"COMPLETE","results":[{"id":"1"}]}""");
        await rig.AppendAsync("c1");
        rig.Start();
        await rig.SettledAsync(1);

        crm.Requests.Count.ShouldBe(2);
        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(0);
    }

    [Fact]
    public void A_set_up_by_which_one_of_several_failed_is_the_event_s_own()
    {
        static VendorMeaning? MeaningOf(string results) => FailureInside.Find(207, Encoding.UTF8.GetBytes($$"""{"results":[{{results}}],"errors":[{"category":"MISSING_SCOPES"}]}""")).ShouldNotBeNull().Code?.Meaning;
        MeaningOf("""{"id":"1"}""").ShouldBe(VendorMeaning.Reject);
        MeaningOf("").ShouldBe(VendorMeaning.Misconfigured);
    }

    [Fact]
    public async Task A_body_larger_than_any_buffer_is_read_to_its_end()
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        crm.Answer = (_, context) => Write(context, 207, $$"""{"results":[{"x":"{{new string('x', 1_000_000)}}"}],"numErrors":1,"errors":[]}""");
        await rig.AppendAsync("c1");
        rig.Start();
        await rig.SettledAsync(1);

        rig.Count("SELECT count(*) FROM dead_letter").ShouldBe(1);
    }

    private static Task Write(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }
}
