using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

/// <summary>The tables of the CRMs' error codes: what each row makes of a real answer, and that the recipes' documents have the same rows.</summary>
public sealed partial class VendorCodesTests
{
    private static readonly Dictionary<string, VendorMeaning> _words = new()
    {
        ["hold"] = VendorMeaning.Hold,
        ["slower"] = VendorMeaning.Throttle,
        ["retry"] = VendorMeaning.Retry,
        ["misconfigured"] = VendorMeaning.Misconfigured,
        ["dead letter"] = VendorMeaning.Reject,
    };

    public static TheoryData<string> Crms => [.. VendorCodes.Tables.Select(table => table.Name)];

    [Theory]
    [MemberData(nameof(Crms))]
    public async Task The_recipes_document_has_the_same_rows(string crm)
    {
        var lines = await File.ReadAllLinesAsync(Repository.FileNamed(Path.Combine("samples", crm, "README.md")), TestContext.Current.CancellationToken);
        var documented = lines.Select(line => Row().Match(line)).Where(row => row.Success).Select(row => new VendorCode(row.Groups["code"].Value, _words[row.Groups["word"].Value], row.Groups["text"].Value)
        {
            IsPhrase = row.Groups["mark"].Value == "*",
            Status = row.Groups["status"].Value == "any" ? null : int.Parse(row.Groups["status"].Value),
            Wraps = row.Groups["wraps"].Success,
        });
        documented.ShouldBe(TableOf(crm).Rows);
    }

    [Theory]
    [MemberData(nameof(Crms))]
    public async Task Each_row_as_a_real_answer_is_what_the_table_says(string crm)
    {
        await using var server = await CrmServer.StartAsync();
        foreach (var row in TableOf(crm).Rows)
        {
            // Whatever the status is: under 400 an event would be blamed, under 403 and 404 the set-up.
            foreach (var status in row.Status is { } own ? (int[])[own] : [400, 403, 404, 422])
            {
                if (status is >= 200 and < 300)
                    continue; // of a batch: BatchAnswerTests
                var outcome = await SendAsync(server, status, VendorAnswers.Body(TableOf(crm), row));
                var what = $"{crm}: {status} {row}: {outcome}";
                switch (row.Meaning)
                {
                    case VendorMeaning.Hold:
                        outcome.ShouldBeOfType<DeliveryOutcome.BackOff>(what).ShouldSatisfyAllConditions(
                            held => held.Reason.ShouldBe(BackOffReason.Throttled, what), held => held.Hold.ShouldBe(TimeSpan.FromSeconds(30), what), held => held.IsAboutAll.ShouldBeTrue(what));
                        break;
                    case VendorMeaning.Throttle:
                        outcome.ShouldBeOfType<DeliveryOutcome.BackOff>(what).ShouldSatisfyAllConditions(
                            slower => slower.Reason.ShouldBe(BackOffReason.Throttled, what), slower => slower.Hold.ShouldBeNull(what), slower => slower.IsAboutAll.ShouldBeFalse(what));
                        break;
                    case VendorMeaning.Retry:
                        outcome.ShouldBeOfType<DeliveryOutcome.BackOff>(what).Reason.ShouldBe(BackOffReason.ServerFailed, what);
                        break;
                    case VendorMeaning.Misconfigured:
                        outcome.ShouldBeOfType<DeliveryOutcome.BackOff>(what).Reason.ShouldBe(BackOffReason.Misconfigured, what);
                        break;
                    default:
                        outcome.ShouldBeOfType<DeliveryOutcome.Rejected>(what).Reason.ShouldBe($"the destination answered {status} {row.Code}: {row.Text}");
                        break;
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Crms))]
    public void No_code_stands_twice_for_one_status(string crm) =>
        TableOf(crm).Rows.GroupBy(row => (row.Code.ToUpperInvariant(), row.Status)).ShouldAllBe(rows => rows.Count() == 1);

    [Theory]
    [InlineData("salesforce", 400, "rejected")]
    [InlineData("hubspot", 422, "rejected")]
    [InlineData("zendesk", 404, "Misconfigured")]
    [InlineData("dynamics365", 403, "Misconfigured")]
    [InlineData("servicenow", 500, "ServerFailed")]
    public async Task A_code_that_is_in_no_table_leaves_what_the_status_says_and_its_text_out_of_the_reason(string crm, int status, string expected)
    {
        await using var server = await CrmServer.StartAsync();
        var outcome = await SendAsync(server, status, VendorAnswers.Body(crm, null));
        (outcome is DeliveryOutcome.Rejected { Reason: var reason } ? "rejected" : ((DeliveryOutcome.BackOff)outcome).Reason.ToString()).ShouldBe(expected);
        (outcome is DeliveryOutcome.Rejected rejected ? rejected.Reason : $"the destination answered {status}").ShouldBe($"the destination answered {status}");
    }

    [Theory]
    [InlineData("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "TielineTrigger: execution of AfterInsert caused by: System.DmlException: Update failed. first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record: []", "UNABLE_TO_LOCK_ROW")]
    [InlineData("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "TielineTrigger: System.DmlException: first error: STORAGE_LIMIT_EXCEEDED, storage limit exceeded: []", "STORAGE_LIMIT_EXCEEDED")]
    [InlineData("CANNOT_EXECUTE_FLOW_TRIGGER", "The flow failed: UNABLE_TO_LOCK_ROW: unable to obtain exclusive access", "UNABLE_TO_LOCK_ROW")]
    [InlineData("APEX_ERROR", "System.LimitException: Apex CPU time limit exceeded", "System.LimitException")]
    [InlineData("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "System.QueryException: Record Currently Unavailable: it is being modified", "Record Currently Unavailable")]
    [InlineData("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "MyTrigger: System.NullPointerException", null)]
    [InlineData("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "MyTrigger: NOT_UNABLE_TO_LOCK_ROW_AT_ALL", null)]
    [InlineData("REQUIRED_FIELD_MISSING", "Required: UNABLE_TO_LOCK_ROW", null)]
    public async Task What_a_trigger_met_decides_where_the_code_says_only_that_it_failed(string code, string text, string? behind)
    {
        await using var server = await CrmServer.StartAsync();
        var outcome = await SendAsync(server, 400, VendorAnswers.Body("salesforce", code, text));
        (outcome as DeliveryOutcome.BackOff)?.Code?.Code.ShouldBe(behind);
        (outcome is DeliveryOutcome.Rejected).ShouldBe(behind is null);
    }

    [Fact]
    public void A_long_message_before_the_code_and_an_answer_that_is_cut_off_are_read_as_far_as_they_go()
    {
        var body = VendorAnswers.Body("salesforce", "STORAGE_LIMIT_EXCEEDED", new string('x', 8_000));
        Find(400, body)?.Code.ShouldBe("STORAGE_LIMIT_EXCEEDED");
        Find(400, body[..^10])?.Code.ShouldBe("STORAGE_LIMIT_EXCEEDED");
        Find(400, "\uFEFF" + body)?.Code.ShouldBe("STORAGE_LIMIT_EXCEEDED");
    }

    [Theory]
    [InlineData("")]
    [InlineData("REQUEST_LIMIT_EXCEEDED")]
    [InlineData("<html>REQUEST_LIMIT_EXCEEDED</html>")]
    [InlineData("""{"message":"REQUEST_LIMIT_EXCEEDED"}""")]
    [InlineData("""{"errors":[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]}""")]
    [InlineData("""["REQUEST_LIMIT_EXCEEDED"]""")]
    [InlineData("""[[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]]""")]
    [InlineData("""{"category":"DAILY"}""")]
    [InlineData("""{"error":{"message":"User Not Authorized"}}""")]
    [InlineData("""{"error":["DatabaseError"]}""")]
    [InlineData("""{"error":{"code":"DatabaseError"}}""")]
    public void What_has_not_the_shape_of_one_of_them_has_no_code(string body) => Find(400, body).ShouldBeNull();

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public void The_servers_own_failure_is_never_the_events_fault(int status)
    {
        var failed = new DeliveryOutcome.BackOff(status == 429 ? BackOffReason.Throttled : BackOffReason.ServerFailed, status, TimeSpan.FromSeconds(7));
        foreach (var row in VendorCodes.Tables.SelectMany(table => table.Rows).Where(row => row.Meaning is VendorMeaning.Reject or VendorMeaning.Misconfigured))
            VendorCodes.Heed(failed, row).ShouldBe(failed with { Code = row });
    }

    [Fact]
    public void What_RetryAfter_asks_for_is_waited_for_whatever_the_code_says()
    {
        var asked = new DeliveryOutcome.BackOff(BackOffReason.Throttled, 429, TimeSpan.FromSeconds(120));
        foreach (var row in VendorCodes.Tables.SelectMany(table => table.Rows).Where(row => row.Meaning is VendorMeaning.Hold or VendorMeaning.Throttle or VendorMeaning.Retry))
            VendorCodes.Heed(asked, row).ShouldBeOfType<DeliveryOutcome.BackOff>().Hold.ShouldBe(TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task A_409_that_says_that_nothing_was_written_is_no_acceptance()
    {
        await using var server = await CrmServer.StartAsync();
        (await SendAsync(server, 409, VendorAnswers.Body("zendesk", "DatabaseConflict"))).ShouldBeOfType<DeliveryOutcome.BackOff>().Reason.ShouldBe(BackOffReason.ServerFailed);
        (await SendAsync(server, 409, VendorAnswers.Body("hubspot", "CONFLICT"))).ShouldBe(new DeliveryOutcome.Accepted(409));
        (await SendAsync(server, 409, VendorAnswers.Body("zendesk", "RecordInvalid"))).ShouldBe(new DeliveryOutcome.Accepted(409));
    }

    [Fact]
    public void The_digits_of_a_code_are_not_taken_for_a_telephone_number() =>
        VendorCodes.Heed(new DeliveryOutcome.Rejected(400, "x"), Find(400, VendorAnswers.Body("dynamics365", "0x80044151"))).ShouldBeOfType<DeliveryOutcome.BackOff>().Code.ShouldNotBeNull().Code.ShouldBe("0x80044151");

    private static VendorTable TableOf(string crm) => VendorCodes.Tables.Single(table => table.Name == crm);

    private static VendorCode? Find(int status, string body) => VendorAnswer.Find(status, Encoding.UTF8.GetBytes(body));

    private static async Task<DeliveryOutcome> SendAsync(CrmServer server, int status, string body)
    {
        server.Answer = (_, context) =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        };
        using var metrics = new TielineMetrics();
        var options = new DestinationOptions { Url = server.Url };
        using var http = new HttpMessageInvoker(Destination.CreateHandler(options));
        return await new Destination(options, http, new WebhookRequestFactory(options, "test"), TimeProvider.System, metrics).SendAsync(Entries.Entry(1), TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"^\| (?<mark>[`*])(?<code>.+?)[`*] \| (?<status>any|\d{3}) \| (?<word>[a-z ]+)(?<wraps>, or what its text names)? \| (?<text>.+) \|$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
