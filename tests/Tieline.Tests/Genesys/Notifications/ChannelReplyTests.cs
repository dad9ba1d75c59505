using System.Net;
using System.Text;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

/// <summary>Bodies as Genesys sends them.</summary>
public sealed class ChannelReplyTests
{
    private static readonly TokenOutcome.Granted _grant = new(new Secret("t"), Frames.ReceivedAt, default, default);
    private static readonly ConnectUriRule _rule = ConnectUriRule.Of(new GenesysOptions());

    [Fact]
    public void Created_AChannel()
    {
        var channel = ChannelReply.Created(
            Body("""{"connectUri":"wss://streaming.mypurecloud.com/channels/streaming-0-x","id":"streaming-0-x","expires":"2026-03-03T09:00:00.000Z"}"""), _grant, _rule)
            .ShouldBeOfType<ChannelOutcome<NotificationChannel>.Ok>().Value;
        channel.Id.Reveal().ShouldBe("streaming-0-x");
        channel.ExpiresAt.ShouldBe(new DateTimeOffset(2026, 3, 3, 9, 0, 0, TimeSpan.Zero));
        channel.ToString().ShouldNotContain("streaming-0-x");
    }

    [Fact]
    public void Created_ElsewhereThanInTheRegion_IsRefused() =>
        ChannelReply.Created(Body("""{"connectUri":"wss://evil.org/streaming-0-x","id":"streaming-0-x","expires":"2026-03-03T09:00:00.000Z"}"""), _grant, _rule)
            .ShouldBeOfType<ChannelOutcome<NotificationChannel>.Refused>().Reason.ShouldNotContain("streaming-0-x");

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":1}""")]
    public void Created_Nonsense_IsTriedAgain(string body) => ChannelReply.Created(Body(body), _grant, _rule).ShouldBeOfType<ChannelOutcome<NotificationChannel>.Retry>();

    [Fact]
    public void Listed_MaskedOnesToo() =>
        ChannelReply.Listed(Body("""{"entities":[{"connectUri":"wss://x","id":"a","expires":"2026-03-03T09:00:00.000Z"},{"id":"streaming-3-********"}]}"""))
            .ShouldBeOfType<ChannelOutcome<IReadOnlyList<ListedChannel>>.Ok>().Value.Count.ShouldBe(2);

    [Fact]
    public void Subscribed_EachTopicAlone()
    {
        var results = ChannelReply.Subscribed(Body(
            """{"entities":[{"id":"a","state":"Permitted","selfUri":"/x"},{"id":"b","state":"Rejected","rejectionReason":"Missing","missingPermissions":["routing:queue:view"]}]}"""))
            .ShouldBeOfType<ChannelOutcome<IReadOnlyList<TopicResult>>.Ok>().Value;
        results.Select(result => result.IsPermitted).ShouldBe([true, false]);
        results[1].MissingPermissions.ShouldBe(["routing:queue:view"]);
    }

    [Fact]
    public void Failure_MissingPermission_IsNamed() =>
        Failure(403, """{"message":"x","code":"missing.permissions","status":403,"messageParams":{"permissions":"routing:queue:view"}}""")
            .ShouldBeOfType<ChannelOutcome<NotificationChannel>.Refused>().MissingPermission.ShouldBe("routing:queue:view");

    [Fact]
    public void Failure_TextOfAnError_IsNotRepeated() =>
        Failure(403, """{"message":"s3cret","code":"s3cret <>","messageParams":{"permissions":"s3cret <b>"}}""")
            .ShouldBeOfType<ChannelOutcome<NotificationChannel>.Refused>().Reason.ShouldNotContain("s3cret");

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(503)]
    public void Failure_ForNow_IsTriedAgain(int status) => Failure(status, "<html>").ShouldBeOfType<ChannelOutcome<NotificationChannel>.Retry>().After.ShouldBe(TimeSpan.FromSeconds(42));

    [Fact]
    public void Failure_404_IsGone() => Failure(404, "").ShouldBeOfType<ChannelOutcome<NotificationChannel>.Gone>();

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(302)]
    public void Failure_ForEver_IsRefused(int status) => Failure(status, "").ShouldBeOfType<ChannelOutcome<NotificationChannel>.Refused>();

    private static ChannelOutcome<NotificationChannel> Failure(int status, string body) =>
        ChannelReply.Failure<NotificationChannel>((HttpStatusCode)status, Body(body), TimeSpan.FromSeconds(42), "the creation of a channel");

    private static ReadOnlyMemory<byte> Body(string text) => Encoding.UTF8.GetBytes(text);
}
