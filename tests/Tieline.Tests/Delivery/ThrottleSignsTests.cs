using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

public sealed class ThrottleSignsTests
{
    private const string Limit = """[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]""";

    [Fact]
    public void Heed_SalesforcesLimitUnder403_IsAThrottleThatHoldsTheDestination() =>
        ThrottleSigns.Heed(Misconfigured(403, Limit)).ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.Throttled, 403, ThrottleSigns.Hold) { Answer = Limit, IsAboutAll = true });

    [Fact]
    public void Heed_AnyOtherAnswer_StaysWhatItIs()
    {
        foreach (var outcome in (DeliveryOutcome[])
            [Misconfigured(403, "INSUFFICIENT_ACCESS"), Misconfigured(403, null), Misconfigured(401, Limit), new DeliveryOutcome.Accepted(200), new DeliveryOutcome.Rejected(400, "x") { Answer = Limit }])
            ThrottleSigns.Heed(outcome).ShouldBe(outcome);
    }

    private static DeliveryOutcome.BackOff Misconfigured(int status, string? answer) => new(BackOffReason.Misconfigured, status, null) { Answer = answer };
}
