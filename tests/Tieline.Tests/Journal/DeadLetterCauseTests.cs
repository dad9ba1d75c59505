using Tieline.Journal;

namespace Tieline.Tests.Journal;

public sealed class DeadLetterCauseTests
{
    [Theory]
    [InlineData("""{"error":"no contact 17"}""", """{"error":"no contact 9812"}""")]
    [InlineData("""{"error":"duplicate","id":"6f1c2b9e-0d0f-4c55-9a0b-2f7f9a7f1a01"}""", """{"error":"duplicate","id":"abcdefab-0d0f-4c55-9a0b-2f7f9a7f1a02"}""")]
    [InlineData("Contact 'Ann' is unknown", "Contact 'Bert' is unknown")]
    [InlineData("Contact \"Ann\" is unknown", "Contact \"Bert\"  is\nunknown")]
    [InlineData("""{"error":"contact \"Ann\" is unknown"}""", """{"error":"contact \"Bert\" is unknown"}""")]
    [InlineData("caller <number> at 2026-03-02T09:00:00Z", "caller <e-mail> at 2026-03-02T10:11:12.5Z")]
    [InlineData("trace 00f3ab99c", "trace 7e")]
    [InlineData("application/json, 153 bytes: errorCode X", "application/json, 7 bytes: errorCode X")]
    public void What_has_one_cause_has_one_name(string one, string other) =>
        DeadLetterCause.Of("crm", 422, "refused", one).ShouldBe(DeadLetterCause.Of("crm", 422, "refused", other));

    [Theory]
    [InlineData("""{"error":"unknown field"}""", """{"error":"duplicate"}""")]
    [InlineData("I can't", "I don't")]
    [InlineData("application/json, 153 bytes: code 0x80040217", "application/json, 153 bytes: code 0x80040265")]
    [InlineData("application/json, 99 bytes: code 1001", "application/json, 99 bytes: code 1002")]
    public void What_has_two_has_two(string one, string other) => DeadLetterCause.Of("crm", 422, "refused", one).Key.ShouldNotBe(DeadLetterCause.Of("crm", 422, "refused", other).Key);

    [Fact]
    public void Destination_and_status_tell_apart_and_without_an_answer_the_reason_does()
    {
        var cause = DeadLetterCause.Of("crm", null, "given up after 41 attempts; the last failed: TimedOut", " ");

        cause.ShouldBe(DeadLetterCause.Of("crm", null, "given up after 7 attempts; the last failed: TimedOut", null));
        cause.Text.ShouldBe("given up after # attempts; the last failed: TimedOut");
        cause.Key.ShouldMatch("^[0-9a-f]{12}$");
        DeadLetterCause.Of("erp", null, cause.Text, null).Key.ShouldNotBe(cause.Key);
        DeadLetterCause.Of("crm", 500, cause.Text, null).Key.ShouldNotBe(cause.Key);
    }
}
