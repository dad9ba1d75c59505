using Tieline.Sequencing;

namespace Tieline.Tests.Sequencing;

public sealed class GapOptionsValidatorTests
{
    [Fact]
    public void What_is_the_default_is_allowed() => Validate(new GapOptions()).ShouldBeEmpty();

    [Fact]
    public void Every_limit_is_allowed()
    {
        Validate(new GapOptions
        {
            ReorderWindow = TimeSpan.Zero,
            HoldFor = TimeSpan.Zero,
            HoldAtMost = TimeSpan.Zero,
            SameWithin = TimeSpan.Zero,
            Margin = TimeSpan.Zero,
            SettledAfter = TimeSpan.FromSeconds(1),
            AbandonAfter = TimeSpan.FromMinutes(1),
            Tolerance = 0,
            AskAfter = [TimeSpan.Zero],
        }).ShouldBeEmpty();
        Validate(new GapOptions
        {
            ReorderWindow = TimeSpan.FromMinutes(1),
            HoldFor = TimeSpan.FromMinutes(5),
            HoldAtMost = TimeSpan.FromMinutes(5),
            SameWithin = TimeSpan.FromMinutes(1),
            Margin = TimeSpan.FromHours(1),
            SettledAfter = TimeSpan.FromHours(1),
            AbandonAfter = TimeSpan.FromDays(30),
            Tolerance = 1_000_000,
            AskAfter = [TimeSpan.FromDays(30)],
        }).ShouldBeEmpty();
    }

    [Fact]
    public void Every_mistake_is_named_with_its_key_what_was_given_and_what_is_allowed_all_at_once()
    {
        var tick = TimeSpan.FromTicks(1);
        Validate(new GapOptions
        {
            ReorderWindow = TimeSpan.FromMinutes(1) + tick,
            HoldFor = -tick,
            HoldAtMost = -tick,
            SameWithin = TimeSpan.FromMinutes(2),
            Margin = TimeSpan.FromHours(2),
            SettledAfter = TimeSpan.Zero,
            AbandonAfter = TimeSpan.FromSeconds(59),
            Tolerance = -1,
        }).ShouldBe([
            "Property Gaps:ReorderWindow: must be from 00:00:00 to 00:01:00, was 00:01:00.0000001",
            "Property Gaps:HoldFor: must be from 00:00:00 to 00:05:00, was -00:00:00.0000001",
            "Property Gaps:HoldAtMost: must be from 00:00:00 to 00:05:00, was -00:00:00.0000001",
            "Property Gaps:SameWithin: must be from 00:00:00 to 00:01:00, was 00:02:00",
            "Property Gaps:Margin: must be from 00:00:00 to 01:00:00, was 02:00:00",
            "Property Gaps:SettledAfter: must be from 00:00:01 to 01:00:00, was 00:00:00",
            "Property Gaps:AbandonAfter: must be from 00:01:00 to 30.00:00:00, was 00:00:59",
            "Property Gaps:Tolerance: must be from 0 to 1000000, was -1",
        ]);
    }

    [Theory]
    [InlineData(new double[0], "Property Gaps:AskAfter: must name at least one delay")]
    [InlineData(new double[] { 0, 5, 5 }, "Property Gaps:AskAfter:2: must be above the one before it and from 00:00:00 to 30.00:00:00, was 00:00:05")]
    [InlineData(new double[] { 5, 2 }, "Property Gaps:AskAfter:1: must be above the one before it and from 00:00:00 to 30.00:00:00, was 00:00:02")]
    [InlineData(new double[] { -1, 2 }, "Property Gaps:AskAfter:0: must be above the one before it and from 00:00:00 to 30.00:00:00, was -00:00:01")]
    [InlineData(new double[] { 0, 2_592_001 }, "Property Gaps:AskAfter:1: must be above the one before it and from 00:00:00 to 30.00:00:00, was 30.00:00:01")]
    public void Delays_rise_and_there_is_one(double[] seconds, string error) =>
        Validate(new GapOptions { AskAfter = [.. seconds.Select(TimeSpan.FromSeconds)] }).ShouldBe([error]);

    private static IEnumerable<string> Validate(GapOptions options) => new GapOptionsValidator().Validate(null, options).Failures ?? [];
}
