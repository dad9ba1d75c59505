using Tieline.Events;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

public sealed class ChannelFramesTests
{
    [Theory]
    [InlineData("""{"topicName":"v2.routing.queues.q.conversations","eventBody":{}}""", nameof(ChannelFrame.Notification))]
    [InlineData("""{"eventBody":{"topicName":"channel.metadata"},"topicName":"V2.Users.u.conversations"}""", nameof(ChannelFrame.Notification))]
    [InlineData("""{"topicName":"channel.metadata","eventBody":{"message":"pong"}}""", nameof(ChannelFrame.Life))]
    [InlineData("""{"topicName":"v2.system.something_new"}""", nameof(ChannelFrame.Life))]
    [InlineData("""{"topicName":"v2.system.socket_closing"}""", nameof(ChannelFrame.SocketClosing))]
    [InlineData("""{"topicName":"V2.SYSTEM.no_longer_subscribed.streaming-0-x"}""", nameof(ChannelFrame.Evicted))]
    [InlineData("""{"topicName":"v2.system.token_revoked.x"}""", nameof(ChannelFrame.TokenRevoked))]
    [InlineData("""{"topicName":"v2.subscription.updated"}""", nameof(ChannelFrame.SubscriptionUpdated))]
    [InlineData("""{"result":"200","status":"subscribed"}""", nameof(ChannelFrame.InBand))]
    [InlineData("""{"result":"404","message":"channel not found"}""", nameof(ChannelFrame.ChannelLost))]
    [InlineData("{}", nameof(ChannelFrame.InBand))]
    [InlineData("""{"topicName":7}""", nameof(ChannelFrame.InBand))]
    public void Read_Frame_ByItsTopic(string frame, string expected)
    {
        ChannelFrames.Read(Frames.Utf8(frame), out var fault, out _).ToString().ShouldBe(expected);
        fault.ShouldBe(FrameFault.None);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"result":""")]
    [InlineData("pong")]
    public void Read_NoJson_IsRefused(string frame)
    {
        ChannelFrames.Read(Frames.Utf8(frame), out var fault, out _).ShouldBe(ChannelFrame.Refused);
        fault.ShouldBe(FrameFault.NotJson);
    }
}
