using System.Text;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

public sealed class BatchAnswerTests
{
    [Fact]
    public void Salesforce_TellsOfEachInOrder()
    {
        var events = Read(
            BatchResults.Salesforce, 200, """
            [{"id":"1","success":true,"errors":[],"created":true},
             {"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"call +44 20 7946 0018","fields":["x"]}]},
             {"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"m"}]},
             {"success":false,"errors":[{"statusCode":"REQUEST_LIMIT_EXCEEDED"}]},
             {"success":false}]
            """, 5).ShouldNotBeNull();
        events[0].ShouldBe(new DeliveryOutcome.Accepted(200));
        var rejected = events[1].ShouldBeOfType<DeliveryOutcome.Rejected>();
        rejected.Reason.ShouldBe("the destination answered 200 for the batch, and for this event REQUIRED_FIELD_MISSING: a required field has no value");
        rejected.Answer.ShouldBe("statusCode REQUIRED_FIELD_MISSING");
        events[2].ShouldBeOfType<DeliveryOutcome.BackOff>().Reason.ShouldBe(BackOffReason.ServerFailed);
        events[3].ShouldBeOfType<DeliveryOutcome.BackOff>().Reason.ShouldBe(BackOffReason.Throttled);
        events[4].ShouldBeOfType<DeliveryOutcome.Rejected>().Reason.ShouldEndWith("and for this event an error that Tieline does not know");
    }

    [Fact]
    public void HubSpot_NamesWhatFailed()
    {
        var second = Entries.Entry(2, "c2").Id;
        var events = Read(
            BatchResults.HubSpot, 207,
            $$$"""{"status":"COMPLETE","results":[{"id":"1"}],"numErrors":1,"errors":[{"status":"error","category":"VALIDATION_ERROR","message":"m","context":{"objectWriteTraceId":["{{{second}}}"]}}]}""", 3).ShouldNotBeNull();
        events[0].ShouldBe(new DeliveryOutcome.Accepted(207));
        events[1].ShouldBeOfType<DeliveryOutcome.Rejected>();
        events[2].ShouldBe(new DeliveryOutcome.Accepted(207));
        Read(BatchResults.HubSpot, 201, """{"status":"COMPLETE","results":[]}""", 3).ShouldNotBeNull().ShouldAllBe(outcome => outcome is DeliveryOutcome.Accepted);
    }

    [Theory]
    [InlineData(BatchResults.Salesforce, """[{"success":true}]""")]
    [InlineData(BatchResults.Salesforce, """{"success":true}""")]
    [InlineData(BatchResults.Salesforce, """[{"success":"yes"},{"success":true}]""")]
    [InlineData(BatchResults.Salesforce, "[1,2]")]
    [InlineData(BatchResults.Salesforce, "")]
    [InlineData(BatchResults.Salesforce, """[{"success":true},{"succ""")]
    [InlineData(BatchResults.Salesforce, """[{"success":true},{"success":false,"errors":[{"statusCode":"\ud800"}]}]""")]
    [InlineData(BatchResults.HubSpot, """{"results":[],"errors":[{"category":"\ud800","context":{"objectWriteTraceId":["x"]}}]}""")]
    [InlineData(BatchResults.HubSpot, """{"results":[],"errors":[{"category":"X","context":{"objectWriteTraceId":["\udfff"]}}]}""")]
    [InlineData(BatchResults.HubSpot, "[]")]
    [InlineData(BatchResults.HubSpot, """{"status":"COMPLETE"}""")]
    [InlineData(BatchResults.HubSpot, """{"status":"CANCELED","results":[]}""")]
    [InlineData(BatchResults.HubSpot, """{"status":"PENDING","results":[]}""")]
    internal void What_cannot_be_understood_is_no_acceptance(BatchResults dialect, string body) =>
        Outcome(dialect, 200, body, 2).ShouldBeOfType<DeliveryOutcome.BackOff>().Reason.ShouldBe(BackOffReason.ServerFailed);

    [Theory]
    [InlineData(BatchResults.Salesforce, """[{"success":true},{"success":true}]""")]
    [InlineData(BatchResults.HubSpot, """{"status":"COMPLETE","results":[]}""")]
    internal void A_byte_order_mark_before_the_answer_is_no_fault(BatchResults dialect, string body) => Read(dialect, 200, "\uFEFF" + body, 2).ShouldNotBeNull().ShouldAllBe(outcome => outcome is DeliveryOutcome.Accepted);

    [Theory]
    [InlineData("""{"results":[],"errors":[{"category":"VALIDATION_ERROR","message":"m"}]}""")]
    [InlineData("""{"results":[],"errors":[{"category":"VALIDATION_ERROR","context":{"objectWriteTraceId":["somebody else's"]}}]}""")]
    [InlineData("""{"results":[],"errors":[7]}""")]
    [InlineData("""{"results":[{"id":"1"}],"numErrors":1}""")]
    public void What_says_that_some_failed_and_not_which_is_taken_apart(string body) => Outcome(BatchResults.HubSpot, 207, body, 2).ShouldBeOfType<DeliveryOutcome.Rejected>();

    [Fact]
    public void Each_row_of_the_tables_is_what_it_says_of_one_event_of_several()
    {
        foreach (var (dialect, table) in ((BatchResults, VendorTable)[])[(BatchResults.Salesforce, SalesforceCodes.Table), (BatchResults.HubSpot, HubSpotCodes.Table)])
        {
            foreach (var row in table.Rows.Where(row => row.Status is null or 200 or 207))
            {
                var status = dialect == BatchResults.Salesforce ? 200 : 207;
                if (table.Rows.Any(other => other.Code == row.Code && other.Status == status && other != row))
                    continue; // the row of that status goes before
                var (code, text) = row.IsPhrase ? ("NOT_IN_ANY_LIST", $"it is {row.Code} here") : (row.Code, "m");
                var failed = dialect == BatchResults.Salesforce
                    ? $$$"""[{"success":true},{"success":false,"errors":[{"statusCode":"{{{code}}}","message":"{{{text}}}"}]}]"""
                    : $$$"""{"results":[],"errors":[{"category":"{{{code}}}","message":"{{{text}}}","context":{"objectWriteTraceId":["{{{Entries.Entry(2, "c2").Id}}}"]}}]}""";
                var accepted = Outcome(dialect, status, failed, 2).ShouldBeOfType<DeliveryOutcome.Accepted>(row.Code);
                var one = accepted.Events.ShouldNotBeNull()[1];
                (one as DeliveryOutcome.BackOff)?.Reason.ShouldBe(row.Meaning == VendorMeaning.Retry ? BackOffReason.ServerFailed : BackOffReason.Throttled, row.Code);
                (one is DeliveryOutcome.Rejected).ShouldBe(row.Meaning is VendorMeaning.Reject or VendorMeaning.Misconfigured, row.Code);
                (accepted.AboutAll is not null).ShouldBe(row.Meaning == VendorMeaning.Hold, row.Code);
            }
        }
    }

    [Fact]
    public void Of_several_errors_of_one_event_the_one_that_is_about_all_or_passes_counts() =>
        Read(BatchResults.Salesforce, 200, """[{"success":false,"errors":[{"statusCode":"STRING_TOO_LONG"},{"statusCode":"UNABLE_TO_LOCK_ROW"}]}]""", 1)
            .ShouldNotBeNull()[0].ShouldBeOfType<DeliveryOutcome.BackOff>().Code.ShouldNotBeNull().Code.ShouldBe("UNABLE_TO_LOCK_ROW");

    [Fact]
    public void Of_several_errors_of_one_event_every_code_is_kept() =>
        Read(BatchResults.Salesforce, 200, """[{"success":false,"errors":[{"statusCode":"STRING_TOO_LONG","message":"Anna"},{"statusCode":"UNABLE_TO_LOCK_ROW"}]}]""", 1)
            .ShouldNotBeNull()[0].Answer.ShouldBe("statusCode STRING_TOO_LONG, statusCode UNABLE_TO_LOCK_ROW");

    [Fact]
    public void A_code_that_is_in_no_table_stays_out_of_the_reason() =>
        Read(BatchResults.Salesforce, 200, """[{"success":false,"errors":[{"statusCode":"DANA_DOE_4420","message":"m"}]}]""", 1)
            .ShouldNotBeNull()[0].ShouldBeOfType<DeliveryOutcome.Rejected>().Reason.ShouldNotContain("DANA");

    private static IReadOnlyList<DeliveryOutcome>? Read(BatchResults dialect, int status, string body, int count) => (Outcome(dialect, status, body, count) as DeliveryOutcome.Accepted)?.Events;

    private static DeliveryOutcome Outcome(BatchResults dialect, int status, string body, int count) =>
        BatchAnswer.Read(dialect, status, Encoding.UTF8.GetBytes(body), [.. Enumerable.Range(1, count).Select(position => Entries.Entry(position, $"c{position}"))], new AnswerKeeper(AnswerKeep.Codes, new ByteArrayContent([]).Headers, () => []));
}
