using Tieline.Diagnostics;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

public sealed class ChannelRenewalTests
{
    [Theory]
    [InlineData(24 * 60, 24 * 60, 0, (24 * 60) - 30)]
    [InlineData(24 * 60, 24 * 60, 0.5, (24 * 60) - 45)]
    [InlineData(24 * 60, 12 * 60, 0.5, (12 * 60) - 45)] // the token ends first
    [InlineData(60, 24 * 60, 0, 48)] // short: four fifths
    [InlineData(-5, 60, 0, 48)] // the clocks differ
    public void DueIn_Lives_EarlyEnough(int channelMinutes, int tokenMinutes, double random, double dueMinutes)
    {
        var (now, steady) = (Frames.ReceivedAt, new MonotonicTime(TimeSpan.FromDays(3)));
        var grant = new TokenOutcome.Granted(new Secret("t"), now.AddMinutes(tokenMinutes), steady + TimeSpan.FromMinutes(tokenMinutes), steady);
        var channel = new NotificationChannel(new Secret("id"), new Secret("uri"), now.AddMinutes(channelMinutes), grant);
        ChannelRenewal.DueIn(channel, now, steady, random).ShouldBe(TimeSpan.FromMinutes(dueMinutes));
    }
}
