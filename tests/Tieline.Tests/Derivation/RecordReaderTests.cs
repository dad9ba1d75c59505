using System.Text.Json;
using Tieline.Derivation;
using Tieline.TestKit;

namespace Tieline.Tests.Derivation;

public sealed class RecordReaderTests
{
    private const string Canary = "Canary Quux";

    [Theory]
    [InlineData("[]", "not an object")]
    [InlineData("null", "not an object")]
    [InlineData("{}", "no conversationId")]
    [InlineData("""{"conversationId":7}""", "no conversationId")]
    [InlineData("""{"conversationId":""}""", "no conversationId")]
    [InlineData("""{"conversationId":"c1","participants":{}}""", "participants is not an array of objects")]
    [InlineData("""{"conversationId":"c1","participants":["Canary Quux"]}""", "participants is not an array of objects")]
    [InlineData("""{"conversationId":"c1","participants":[{"sessions":"Canary Quux"}]}""", "sessions is not an array of objects")]
    [InlineData("""{"conversationId":"c1","participants":[{"sessions":[{"segments":[1]}]}]}""", "segments is not an array of objects")]
    [InlineData("""{"conversationId":"c1","participants":[{"sessions":[{"metrics":1}]}]}""", "metrics is not an array of objects")]
    [InlineData("""{"conversationId":"\ud800"}""", "an escape that is no character")]
    public void TryRead_WhatIsNoRecord_SaysWhyWithoutItsContent(string json, string why)
    {
        RecordReader.TryRead(Parse(json), out var record, out var fault).ShouldBeFalse();
        record.ShouldBeNull();
        fault.ShouldBe(why);
    }

    [Fact]
    public void TryRead_NoElementAtAll_IsNoObject() => RecordReader.TryRead(default, out _, out _).ShouldBeFalse();

    [Theory]
    [InlineData("""{"conversationId":"c1"}""")]
    [InlineData("""{"conversationId":"c1","participants":null}""")]
    [InlineData("""{"conversationId":"c1","participants":[],"conversationEnd":null,"news":{"a":[1]}}""")]
    public void TryRead_MembersMissingOrUnknown_IsARecord(string json)
    {
        var record = Records.Read(Parse(json));
        (record.ConversationId, record.Start, record.End, record.Legs.Count, record.Faults).ShouldBe(("c1", null, null, 0, 0));
    }

    [Fact]
    public void TryRead_AMemberOfAnotherForm_IsAsIfItWereMissing()
    {
        var record = Records.Read(Parse("""{"conversationId":"c1","participants":[{"purpose":7,"userId":{"id":"x"},"sessions":[{"mediaType":[],"segments":[]}]}]}"""));
        record.Legs[0].ShouldBe(new Leg(LegKind.Other, null, null, null, null, null, QueueOutcome.Unknown, record.Legs[0].Phases));
    }

    [Fact]
    public void TryRead_TimesThatCannotBeRead_AreCounted() =>
        Records.Read(Parse(
            """
            {"conversationId":"c1","conversationStart":7,"conversationEnd":"soon","participants":[{"sessions":[{"segments":[
            {"segmentStart":"2026-03-02T09:00:00Z","segmentEnd":"an end that is far too long to be a time of any kind"},{}]}]}]}
            """)).Faults.ShouldBe(4);

    [Fact]
    public void TryRead_Times_AreCutToMilliseconds() =>
        Records.Read(Parse("""{"conversationId":"c1","conversationStart":"2026-03-02T10:00:00.000999+01:00"}""")).Start.ShouldBe(Some.Time);

    [Fact]
    public void No_name_number_address_note_or_attribute_is_ever_read()
    {
        var everything = Records.Read(Parse(Everything()));
        var text = JsonSerializer.Serialize(everything) + JsonSerializer.Serialize(Records.Derive(everything));
        text.ShouldNotContain(Canary);
        text.ShouldContain("user:u1");
        text.ShouldContain("abandoned");
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    /// <summary>A record with every member that the API has, and the canary wherever a person may be named.</summary>
    private static string Everything() =>
        """
        {"conversationId":"c1","conversationStart":"2026-03-02T09:00:00.000Z","conversationEnd":"2026-03-02T09:01:00.000Z","externalTag":"@","originatingDirection":"@","divisionIds":["@"],"address":"@",
         "participants":[
          {"participantId":"p1","purpose":"agent","userId":"u1","participantName":"@","teamId":"@","flaggedReason":"@","externalOrganizationId":"@","attributes":{"@":"@"},"sessions":[
           {"sessionId":"@","mediaType":"voice","direction":"@","provider":"@","ani":"@","dnis":"@","sessionDnis":"@","addressFrom":"@","addressTo":"@","addressSelf":"@","addressOther":"@","remote":"@",
            "remoteNameDisplayable":"@","peerId":"@","callbackNumbers":["@"],"callbackUserName":"@","callbackScheduledTime":"@","messageType":"@","requestedRoutings":["@"],"usedRouting":"@","selectedAgentId":"@",
            "cc":["@"],"bcc":["@"],"flow":{"flowName":"@"},"metrics":[],"segments":[
             {"segmentType":"alert","segmentStart":"2026-03-02T09:00:40.000Z","segmentEnd":"2026-03-02T09:01:00.000Z","queueId":"q1","disconnectType":"@","subject":"@","wrapUpCode":"@","wrapUpNote":"@",
              "wrapUpTags":["@"],"errorCode":"@","sipResponseCodes":["@"],"sourceConversationId":"@","destinationConversationId":"@"}]}]},
          {"participantId":"p2","purpose":"acd","participantName":"@","sessions":[{"mediaType":"voice","metrics":[{"name":"@","value":1},{"name":"tAbandon","value":59000,"emitDate":"@"}],"segments":[
             {"segmentType":"@","segmentStart":"2026-03-02T09:00:01.000Z","segmentEnd":"2026-03-02T09:01:00.000Z","queueId":"q1","disconnectType":"@"}]}]}]}
        """.Replace("@", Canary, StringComparison.Ordinal);
}
