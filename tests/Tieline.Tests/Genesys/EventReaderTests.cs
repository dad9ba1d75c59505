using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using CsCheck;
using Tieline.Events;
using Tieline.Genesys;
using static Tieline.Tests.Genesys.Frames;
using Tieline.Tests.Sequencing;

namespace Tieline.Tests.Genesys;

public sealed class EventReaderTests
{
    [Fact]
    public void TryRead_EverySampleEventToForward_GivesWhatIsExpectedOfIt()
    {
        var expected = Json("analytics-stream-expected.json").GetProperty("forwarded").EnumerateArray().ToList();
        var next = 0;
        foreach (var frame in Lines("analytics-stream-events.jsonl"))
        {
            var skim = EventSkimmer.Skim(frame);
            if (!IsForwarded(skim))
                continue;
            EventReader.TryRead(frame, skim, ReceivedAt.AsMoment(), EventOrigin.Live, out var read, out var fault).ShouldBeTrue();
            fault.ShouldBe(FrameFault.None);
            ShouldMatch(read!, expected[next++], frame);
        }

        next.ShouldBe(expected.Count);
    }

    [Fact]
    public void TryRead_EverySampleEvent_KeepsNothingOfAPersonButTheIdentity()
    {
        var forbidden = Json("analytics-stream-expected.json").GetProperty("forbiddenSubstrings").EnumerateArray().Select(e => e.GetString()!).ToList();
        foreach (var frame in Lines("analytics-stream-events.jsonl"))
        {
            var read = Read(frame);
            var text = JsonSerializer.Serialize(read with { Participants = [.. read.Participants.Select(p => p with { Identity = null })] });
            forbidden.ShouldAllBe(word => !text.Contains(word, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void TryRead_AQueueEventWithoutState_IsQueued()
    {
        var read = Read("""{"sequence":7,"type":"routing.queue","conversationId":"c1","timestamp":"2026-03-02T09:00:08.270Z","queueId":"q1","mediaType":"voice"}""");
        read.State.ShouldBe("queued");
        read.QueueId.ShouldBe("q1");
        read.MediaType.ShouldBe("voice");
        read.Participants.ShouldBeEmpty();
        read.Id.ShouldBe(EventId.Of("c1", "routing.queue", "queued", read.OccurredAt));
    }

    [Fact]
    public void TryRead_AnotherEventWithoutState_HasNone() =>
        Read("""{"sequence":7,"type":"conversation.hold","conversationId":"c1","timestamp":"2026-03-02T09:00:08.270Z"}""").State.ShouldBeNull();

    [Theory]
    [InlineData("""[]""", "")]
    [InlineData("""null""", "")]
    [InlineData("""[{}]""", "||")]
    [InlineData("""[{"id":"p1","role":"agent","identity":"user:1","name":"N"}]""", "p1|agent|user:1")]
    [InlineData("""[{"id":7,"role":null,"identity":{"a":1}}]""", "||")]
    [InlineData("""[{"identity":"first","identity":"second","attributes":{"id":"no","x":[{"role":"no"}]}}]""", "||first")]
    [InlineData("""[{"\u0069d":"p\u00e9","r\u006fle":"agent"}]""", "pé|agent|")]
    [InlineData("""[{"id":"1"},{"id":"2"},{"id":"3"}]""", "1||,2||,3||")]
    public void TryRead_Participants_ToleratesWhatItDoesNotKnow(string participants, string expected) =>
        string.Join(',', Read(WithTail($",\"participants\":{participants}")).Participants.Select(p => $"{p.Id}|{p.Role}|{p.Identity}")).ShouldBe(expected);

    [Theory]
    [InlineData(""","participants":{}""", nameof(FrameFault.WrongType))]
    [InlineData(""","participants":"none" """, nameof(FrameFault.WrongType))]
    [InlineData(""","participants":[{"id":"p1"},"p2"]""", nameof(FrameFault.WrongType))]
    [InlineData(""","participants":[null]""", nameof(FrameFault.WrongType))]
    [InlineData(""","participants":[{"id":"p1" """, nameof(FrameFault.NotJson))]
    [InlineData(""","participants":[{"id":"\ud800"}]""", nameof(FrameFault.NotJson))]
    [InlineData("""}{""", nameof(FrameFault.NotJson))]
    public void TryRead_ABadTail_SaysWhatIsWrong(string tail, string expected)
    {
        FaultOf(WithTail(tail)).ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("")]
    [InlineData("1999-12-31T23:59:59.999Z")]
    [InlineData("2026-03-03T09:30:00.001Z")]
    public void TryRead_ATimestampThatCannotBe_IsAFault(string timestamp) =>
        FaultOf(Utf8($$"""{"sequence":7,"type":"t","conversationId":"c1","timestamp":"{{timestamp}}"}""")).ShouldBe(FrameFault.BadTimestamp);

    [Fact]
    public void TryRead_NoTimestamp_IsAFault() =>
        FaultOf(Utf8("""{"sequence":7,"type":"t","conversationId":"c1"}""")).ShouldBe(FrameFault.BadTimestamp);

    [Fact]
    public void TryRead_InvalidUtf8_IsAFault()
    {
        var frame = WithTail(",\"x\":\"?\"");
        frame[Array.LastIndexOf(frame, (byte)'?')] = 0xFF;
        FaultOf(frame).ShouldBe(FrameFault.NotJson);
    }

    [Fact]
    public void TryRead_ASampleCutOrChangedAnywhere_NeverThrows()
    {
        var frames = Lines("analytics-stream-events.jsonl");
        Gen.Select(Gen.Int[0, frames.Count - 1], Gen.Int[0, 2000], Gen.Int[0, 2000], Gen.Byte).Sample((index, cut, at, value) =>
        {
            var frame = frames[index].AsSpan(0, Math.Min(cut, frames[index].Length)).ToArray();
            if (at < frame.Length)
                frame[at] = value;
            var skim = EventSkimmer.Skim(frame);
            if (skim.Fault == FrameFault.None)
                EventReader.TryRead(frame, skim, ReceivedAt.AsMoment(), EventOrigin.Live, out _, out _);
        });
    }

    [Fact]
    public void TryRead_CutAtEveryByte_NeverThrowsAndIsNeverAnEvent()
    {
        foreach (var frame in Lines("analytics-stream-events.jsonl").Take(5))
        {
            for (var length = 0; length < frame.Length; length++)
            {
                var cut = frame.AsSpan(0, length);
                EventReader.TryRead(cut, EventSkimmer.Skim(cut), ReceivedAt.AsMoment(), EventOrigin.Live, out var read, out _).ShouldBeFalse();
                read.ShouldBeNull();
            }
        }
    }

    private static void ShouldMatch(ConversationEvent read, JsonElement expected, byte[] frame)
    {
        read.Sequence.ShouldBe(expected.GetProperty("sequence").GetInt64());
        var payload = expected.GetProperty("payload");
        read.ConversationId.ShouldBe(payload.GetProperty("conversationId").GetString());
        read.Type.ShouldBe(payload.GetProperty("type").GetString());
        read.State.ShouldBe(payload.GetProperty("state").GetString());
        EventTime.ToText(read.OccurredAt).ShouldBe(payload.GetProperty("timestamp").GetString());
        var participants = payload.GetProperty("participants").EnumerateArray().ToList();
        read.Participants.Select(p => p.Id).ShouldBe(participants.Select(p => Member(p, "id")));
        read.Participants.Select(p => p.Role).ShouldBe(participants.Select(p => Member(p, "role")));
        read.Participants.Select(p => p.Identity is null).ShouldBe(participants.Select(p => Member(p, "identity") is null));
        read.Id.ShouldBe(EventId.Of(read.ConversationId, read.Type, read.State, read.OccurredAt));
        read.PayloadHash.ToString("x16", CultureInfo.InvariantCulture).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(frame))[..16]);
        read.Origin.ShouldBe(EventOrigin.Live);
        read.ReceivedAt.ShouldBe(ReceivedAt);
    }

    private static string? Member(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static byte[] WithTail(string tail) =>
        Utf8("""{"sequence":7,"type":"t","state":"s","conversationId":"c1","timestamp":"2026-03-02T09:00:08.270Z" """ + tail + "}");

    private static ConversationEvent Read(string frame) => Read(Utf8(frame));

    private static ConversationEvent Read(byte[] frame)
    {
        EventReader.TryRead(frame, EventSkimmer.Skim(frame), ReceivedAt.AsMoment(), EventOrigin.Live, out var read, out var fault).ShouldBeTrue(fault.ToString());
        return read!;
    }

    private static FrameFault FaultOf(byte[] frame)
    {
        EventReader.TryRead(frame, EventSkimmer.Skim(frame), ReceivedAt.AsMoment(), EventOrigin.Live, out _, out var fault).ShouldBeFalse();
        return fault;
    }
}
