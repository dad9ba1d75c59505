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
        rejected.Reason.ShouldBe("the destination answered 200 for the batch, and for this event REQUIRED_FIELD_MISSING");
        rejected.Answer.ShouldNotBeNull().ShouldContain("<number>");
        events[2].ShouldBeOfType<DeliveryOutcome.BackOff>().Reason.ShouldBe(BackOffReason.ServerFailed);
        events[3].ShouldBeOfType<DeliveryOutcome.BackOff>().Reason.ShouldBe(BackOffReason.Throttled);
        events[4].ShouldBeOfType<DeliveryOutcome.Rejected>().Reason.ShouldEndWith("no code");
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
    [InlineData(BatchResults.HubSpot, "[]")]
    [InlineData(BatchResults.HubSpot, """{"status":"COMPLETE"}""")]
    [InlineData(BatchResults.HubSpot, """{"results":[],"errors":[{"category":"VALIDATION_ERROR","message":"m"}]}""")]
    [InlineData(BatchResults.HubSpot, """{"results":[],"errors":[{"category":"VALIDATION_ERROR","context":{"objectWriteTraceId":["somebody else's"]}}]}""")]
    [InlineData(BatchResults.HubSpot, """{"results":[],"errors":[7]}""")]
    internal void What_does_not_say_what_became_of_each_is_no_acceptance(BatchResults dialect, string body) => Read(dialect, 200, body, 2).ShouldBeNull();

    private static IReadOnlyList<DeliveryOutcome>? Read(BatchResults dialect, int status, string body, int count) =>
        BatchAnswer.Read(dialect, status, Encoding.UTF8.GetBytes(body), [.. Enumerable.Range(1, count).Select(position => Entries.Entry(position, $"c{position}"))]);
}
