using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Derivation;
using Tieline.TestKit;
using static Tieline.Tests.Genesys.Frames;

namespace Tieline.Tests.Derivation;

public sealed class SnapshotReaderTests
{
    private const string Canary = "Canary Quux +15550100999";

    [Theory]
    [InlineData("7", "not an object")]
    [InlineData("{}", "no id")]
    [InlineData("""{"id":""}""", "no id")]
    [InlineData("""{"id":{"id":"c1"}}""", "no id")]
    [InlineData("""{"id":"c1","participants":{}}""", "participants is not an array of objects")]
    [InlineData("""{"id":"c1","participants":["Canary Quux"]}""", "participants is not an array of objects")]
    [InlineData("""{"id":"c1","participants":[{"calls":"Canary Quux"}]}""", "communications are not an array of objects")]
    [InlineData("""{"id":"c1","participants":[{"calls":[7]}]}""", "communications are not an array of objects")]
    [InlineData("""{"id":"\ud800"}""", "an escape that is no character")]
    public void TryRead_WhatIsNoSnapshot_SaysWhyWithoutItsContent(string json, string why)
    {
        SnapshotReader.TryRead(Parse(json), out var snapshot, out var fault).ShouldBeFalse();
        snapshot.ShouldBeNull();
        fault.ShouldBe(why);
    }

    [Theory]
    [InlineData("""{"id":"c1"}""")]
    [InlineData("""{"id":"c1","participants":null}""")]
    [InlineData("""{"id":"c1","participants":[{"purpose":"agent"},{"calls":null}],"news":{"a":[1]}}""")]
    public void TryRead_MembersMissingOrUnknown_IsASnapshotWithoutLegs(string json) => Read(json).Legs.ShouldBeEmpty();

    [Fact]
    public void TryRead_WordsInAnyCaseAndUnknownOnes_AreTaken()
    {
        var legs = Read("""
            {"id":"c1","participants":[
             {"id":"p1","purpose":"AGENT","mediaRoles":["FULL","NEWS"],"calls":[{"id":"x","state":"Connected","disconnectType":"news"}]},
             {"id":"p2","purpose":"Hologram","calls":[{"id":"y","state":"levitating"}]},
             {"id":"p3","purpose":"agent","mediaRoles":["Monitor"],"calls":[{"id":"z","state":"TERMINATED","disconnectType":"Transfer.Consult"}]}]}
            """).Legs;
        (legs[0].Kind, legs[0].IsAnswered, legs[0].IsEnded, legs[0].End).ShouldBe((LegKind.Handler, true, false, LegEnd.None));
        (legs[1].Kind, legs[1].IsAnswered, legs[1].IsEnded).ShouldBe((LegKind.Other, false, false));
        (legs[2].Kind, legs[2].IsEnded, legs[2].End).ShouldBe((LegKind.Supervisor, true, LegEnd.Transferred));
    }

    [Fact]
    public void TryRead_ConnectedWithADisconnectedTime_HasEnded()
    {
        var leg = Read("""{"id":"c1","participants":[{"id":"p1","purpose":"agent","wrapupRequired":true,"calls":[{"id":"x","state":"connected","connectedTime":"2026-03-02T09:00:00Z","disconnectedTime":"2026-03-02T09:00:05Z","disconnectType":"client","afterCallWork":{"state":"pending"}}]}]}""").Legs[0];
        (leg.IsEnded, leg.EndedAt, leg.IsWrapUpPending).ShouldBe((true, Some.Time.AddSeconds(5), true));
    }

    [Theory]
    [InlineData("""  "wrapupRequired":true """, "", "Pending")]
    [InlineData("""  "wrapupRequired":false """, "", "None")]
    [InlineData("""  "wrapupRequired":true,"endAcwTime":"2026-03-02T09:00:09Z" """, "", "Over")]
    [InlineData("""  "wrapupRequired":true,"wrapup":{"code":"x"} """, "", "Over")]
    [InlineData("""  "wrapupRequired":true,"wrapupSkipped":true """, "", "Over")]
    [InlineData("""  "wrapupRequired":true """, ""","wrapup":{"code":"x"} """, "Over")]
    [InlineData("""  "wrapupRequired":true """, ""","afterCallWork":{"state":"Skipped"} """, "Over")]
    [InlineData("""  "wrapupRequired":true """, ""","afterCallWork":{"state":"notApplicable"} """, "Over")]
    [InlineData("""  "wrapupRequired":true """, ""","afterCallWork":{} """, "Pending")]
    [InlineData("""  "wrapupRequired":false """, ""","afterCallWork":{"state":"pending"} """, "Pending")]
    public void TryRead_AWrapUp(string participant, string communication, string expected) =>
        Read($$"""{"id":"c1","participants":[{"id":"p1","purpose":"agent",{{participant}},"calls":[{"id":"x","state":"disconnected"{{communication}}}]}]}""").Legs[0].WrapUp.ToString().ShouldBe(expected);

    [Fact]
    public void TryRead_AWrapUpOfALegThatGoesOn_IsNotRead() =>
        Read("""{"id":"c1","participants":[{"id":"p1","purpose":"agent","wrapup":{"code":"x"},"calls":[{"id":"x","state":"connected"}]}]}""").Legs[0].WrapUp.ShouldBe(WrapUp.None);

    [Fact]
    public void TryRead_ACallDialledForACallback_IsNotAnsweredByTheCallbacksTime()
    {
        var legs = Read("""{"id":"c1","participants":[{"id":"p1","purpose":"agent","connectedTime":"2026-03-02T09:00:00Z","callbacks":[{"id":"x","state":"connected"}],"calls":[{"id":"y","state":"dialing"}]}]}""").Legs;
        legs.Select(leg => (leg.Media, leg.IsAnswered)).ShouldBe([("callback", true), ("voice", false)]);
    }

    [Fact]
    public void No_name_number_address_note_or_attribute_is_ever_read()
    {
        foreach (var (file, topic) in new[] { ("queue-voice-transfer.json", "v2.routing.queues.q.conversations"), ("queue-conversations-calls.json", "v2.routing.queues.q.conversations.calls"), ("queue-callback-lifecycle.json", "v2.users.u.conversations"), ("queue-email-lifecycle.json", "v2.users.u.conversations") })
        {
            foreach (var frame in Json(file).GetProperty("frames").EnumerateArray())
            {
                var body = Poisoned(JsonNode.Parse(frame.GetProperty("frame").GetProperty("eventBody").GetRawText())!, null);
                SnapshotReader.TryRead(JsonSerializer.SerializeToElement(body), topic, out var snapshot, out var fault).ShouldBeTrue(fault);
                snapshot.Legs.ShouldNotBeEmpty();
                Everything(snapshot).ShouldNotContain("Canary");
            }
        }

        foreach (var frame in Json("detail-events.json").GetProperty("frames").EnumerateArray().Select(one => one.GetProperty("frame")))
        {
            var body = Poisoned(JsonNode.Parse(frame.GetProperty("eventBody").GetRawText())!, null);
            DetailEventReader.TryRead(frame.GetProperty("topicName").GetString()!, JsonSerializer.SerializeToElement(body), out var snapshot, out var fault).ShouldBeTrue(fault);
            Everything(snapshot).ShouldNotContain("Canary");
        }
    }

    [Fact]
    public void TryRead_ABodyOf40KB_TakesFarLessThanAMillisecond()
    {
        var body = Json("queue-voice-transfer.json").GetProperty("frames").EnumerateArray().Last().GetProperty("frame").GetProperty("eventBody");
        var node = JsonNode.Parse(body.GetRawText())!;
        var participants = node["participants"]!.AsArray();
        for (var copy = participants.Count; node.ToJsonString().Length < 40_000; copy++)
        {
            var another = participants[copy % 7]!.DeepClone();
            another["id"] = $"copy{copy}";
            participants.Add(another);
        }

        var large = JsonSerializer.SerializeToElement(node);
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 300; round++)
        {
            var start = TimeProvider.System.GetTimestamp();
            SnapshotReader.TryRead(large, out _, out _).ShouldBeTrue();
            best = TimeProvider.System.GetElapsedTime(start) is var elapsed && elapsed < best ? elapsed : best;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{large.GetRawText().Length} bytes: {best.TotalMicroseconds:F0} us");
        best.ShouldBeLessThan(TimeSpan.FromMilliseconds(1));
    }

    private static string Everything(ConversationSnapshot snapshot)
    {
        var outcome = SnapshotFold.Apply(null, snapshot, Records.ReceivedAt);
        return JsonSerializer.Serialize(snapshot) + Encoding.UTF8.GetString(outcome.State.Write()) + JsonSerializer.Serialize(outcome.Facts);
    }

    /// <summary>The canary in place of every text but those that are no free text: ids, times, and words of a closed set.</summary>
    private static JsonNode? Poisoned(JsonNode? node, string? name)
    {
        switch (node)
        {
            case JsonObject members:
                var poisoned = new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Poisoned(member.Value?.DeepClone(), name is "attributes" ? name : member.Key))))
                {
                    ["news"] = Canary,
                };
                return poisoned;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Poisoned(item?.DeepClone(), name))]);
            case JsonValue value when value.TryGetValue<string>(out _):
                var isFixed = name is "id" or "state" or "purpose" or "mediaType" || (name != "attributes" && (name?.EndsWith("Id", StringComparison.Ordinal) is true || name?.EndsWith("Time", StringComparison.Ordinal) is true));
                return isFixed ? value.DeepClone() : Canary;
            default:
                return node?.DeepClone();
        }
    }

    private static ConversationSnapshot Read(string json)
    {
        SnapshotReader.TryRead(Parse(json), out var snapshot, out var fault).ShouldBeTrue(fault);
        return snapshot;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
