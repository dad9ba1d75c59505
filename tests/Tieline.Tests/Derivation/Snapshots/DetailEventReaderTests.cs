using System.Globalization;
using System.Text.Json;
using Tieline.Derivation;
using Tieline.TestKit;

namespace Tieline.Tests.Derivation;

public sealed class DetailEventReaderTests
{
    private const string Who = """ "conversationId":"c1","participantId":"p1","sessionId":"s1","mediaType":"VOICE" """;

    [Theory]
    [InlineData("v2.users.u.conversations", "{}", "not a topic of detail events")]
    [InlineData("v2.detail.events.conversation.c1.acd.start", "[]", "not an object")]
    [InlineData("v2.detail.events.conversation.c1.acd.start", "{}", "no conversationId")]
    [InlineData("v2.detail.events.conversation.c1.acd.start", """{"conversationId":"c1"}""", "no eventTime")]
    [InlineData("v2.detail.events.conversation.c1.acd.start", """{"conversationId":"c1","eventTime":9223372036854775807}""", "no eventTime")]
    [InlineData("v2.detail.events.conversation.c1.acd.start", """{"conversationId":"\ud800","eventTime":1}""", "an escape that is no character")]
    public void TryRead_WhatIsNone_SaysWhyWithoutItsContent(string topic, string json, string why)
    {
        using var document = JsonDocument.Parse(json);
        DetailEventReader.TryRead(topic, document.RootElement, out var snapshot, out var fault).ShouldBeFalse();
        snapshot.ShouldBeNull();
        fault.ShouldBe(why);
    }

    [Fact]
    public void A_users_end_never_ends_a_conversation_and_a_customers_does()
    {
        var play = new SnapshotPlay();
        play.Apply(Read("user.end", 40, """ ,"disconnectType":"CLIENT","interactingDurationMs":20000 """), 40).SettlesAt.ShouldBeNull();
        play.Apply(Read("customer.end", 41, """ ,"disconnectType":"PEER" """, "p2"), 41).SettlesAt.ShouldNotBeNull();
        play.SettleAtLast();
        play.Text.ShouldBe("completed@41 q1");
    }

    [Theory]
    [InlineData(""" ,"disconnectType":"TRANSFER","interactingDurationMs":20000 """, "transfer@40 q1")]
    [InlineData(""" ,"disconnectType":"CONSULT_TRANSFER","interactingDurationMs":1,"heldDurationMs":7 """, "transfer@40 q1")]
    [InlineData(""" ,"disconnectType":"TRANSFER","alertingDurationMs":20000 """, "")]
    [InlineData(""" ,"disconnectType":"NO_ANSWER_TRANSFER","interactingDurationMs":20000 """, "")]
    public void A_user_who_talked_hands_on(string members, string expected)
    {
        var play = new SnapshotPlay();
        play.Apply(Read("user.end", 40, members), 40);
        play.Text.ShouldBe(expected);
    }

    [Fact]
    public void The_end_of_a_wait_tells_when_it_began()
    {
        var play = new SnapshotPlay();
        play.Apply(Read("acd.end", 40, """ ,"connectedDurationMs":30000,"acdOutcome":"FLOW_OUT","disconnectType":"CLIENT" """), 40);
        play.Text.ShouldBe("queued@10 q1");
        play.State!.Legs[0].Outcome.ShouldBe(QueueOutcome.FlowedOut);
    }

    [Theory]
    [InlineData("attributes")]
    [InlineData("news.start")]
    public void What_tells_of_no_leg_has_none(string what) => Read(what, 1, "").Legs.ShouldBeEmpty();

    private static ConversationSnapshot Read(string what, double second, string members, string participant = "p1")
    {
        var time = Some.Time.AddSeconds(second).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var queue = what.StartsWith("customer", StringComparison.Ordinal) ? "" : """ ,"queueId":"q1" """;
        using var document = JsonDocument.Parse($$"""{"eventTime":{{time}},{{Who.Replace("p1", participant, StringComparison.Ordinal)}}{{queue}}{{members}}}""");
        DetailEventReader.TryRead($"v2.detail.events.conversation.c1.{what}", document.RootElement, out var snapshot, out var fault).ShouldBeTrue(fault);
        return snapshot;
    }
}
