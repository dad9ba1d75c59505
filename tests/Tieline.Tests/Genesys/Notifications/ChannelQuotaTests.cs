using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

/// <summary>A superseded channel cannot be deleted: it stays among the 20 that Genesys allows an OAuth client until it or its token ends. The place that a new one takes must never be that of one in use.</summary>
public sealed class ChannelQuotaTests
{
    private const int Days = 60;

    /// <summary>All channels come due at the same moment, which is the worst that can happen, every day or with every token.</summary>
    [Theory]
    [InlineData(6, 24)]
    [InlineData(6, 8)]
    [InlineData(18, 24)]
    public async Task RunAsync_SixtyDays_TakesNoPlaceOfAChannelInUse(int channels, int tokenHours)
    {
        await using var rig = await NotificationRig.StartAsync(
            genesys => genesys.TokenLife = tokenHours * 3600,
            options => options.Queues = Queues(channels));
        var due = TimeSpan.FromHours(tokenHours) - TimeSpan.FromMinutes(45);
        var rounds = (int)(TimeSpan.FromDays(Days) / due);
        await AllWaitAsync();
        for (var round = 0; round < rounds; round++)
        {
            rig.Clock.Advance(due);
            await AllWaitAsync();
        }

        rig.Genesys.ChannelsMade.ShouldBe(channels * (rounds + 1));
        rig.Genesys.Quota.Evicted.Where(evicted => evicted.Use != FakeQuota.Use.Left).ShouldBeEmpty("the place of a channel in use was taken");
        rig.Sink.Missed.ShouldBe(0);
        rig.Specification.ReconnectionCount.ShouldBe(0);

        // What is superseded goes with its token, within an hour: nobody else's channel loses its place either, as long as both together need no more than 20.
        if (channels <= 6)
            rig.Genesys.Quota.Peak.ShouldBeLessThanOrEqualTo(2 * channels);

        async Task AllWaitAsync()
        {
            for (var i = 0; i < channels; i++)
                await rig.Clock.WaitsForAsync(due);
        }
    }

    private static List<string> Queues(int channels) =>
        [.. Enumerable.Range(0, ((channels - 1) * TopicPlan.MaxTopics) + 1).Select(number => $"8f0c0000-0000-4000-8000-{number:x12}")];
}
