using System.Text;
using CsCheck;
using Tieline.Events;
using Tieline.Genesys;
using static Tieline.Tests.Genesys.Frames;

namespace Tieline.Tests.Genesys;

public sealed class EventSkimmerTests
{
    private const string Good = """{"sequence":7,"type":"conversation.state","state":"completed","conversationId":"c1","timestamp":"2026-03-02T09:14:07.218Z"}""";

    [Fact]
    public void Skim_AnEvent_GivesItsFiveMembers()
    {
        var skim = EventSkimmer.Skim(Utf8(Good));
        skim.Fault.ShouldBe(FrameFault.None);
        skim.Sequence.ShouldBe(7);
        Text(skim.Type).ShouldBe("conversation.state");
        Text(skim.State).ShouldBe("completed");
        Text(skim.ConversationId).ShouldBe("c1");
        Text(skim.Timestamp).ShouldBe("2026-03-02T09:14:07.218Z");
    }

    [Fact]
    public void Skim_EverySampleEvent_HasNoFaultAndCountsUp()
    {
        var expected = Json("analytics-stream-expected.json");
        var next = expected.GetProperty("firstSequence").GetInt64();
        foreach (var frame in Lines("analytics-stream-events.jsonl"))
        {
            var skim = EventSkimmer.Skim(frame);
            skim.Fault.ShouldBe(FrameFault.None);
            skim.Sequence.ShouldBe(next++);
        }

        next.ShouldBe(expected.GetProperty("lastSequence").GetInt64() + 1);
    }

    [Fact]
    public void Skim_EverySampleFault_IsJudgedAsExpected()
    {
        var frames = Lines("analytics-stream-faults.jsonl");
        foreach (var line in Json("analytics-stream-faults-expected.json").GetProperty("byLine").EnumerateArray())
        {
            var skim = EventSkimmer.Skim(frames[line.GetProperty("line").GetInt32() - 1]);
            var sequence = line.GetProperty("sequence");
            skim.Sequence.ShouldBe(sequence.ValueKind == System.Text.Json.JsonValueKind.Null ? null : sequence.GetInt64());
            skim.Fault.ShouldBe(line.GetProperty("verdict").GetString() switch
            {
                "malformed" => FrameFault.NotJson,
                "ignored (no sequence)" => FrameFault.Control,
                _ => FrameFault.None,
            });
        }
    }

    [Theory]
    [InlineData("", nameof(FrameFault.NotJson), null)]
    [InlineData("   ", nameof(FrameFault.NotJson), null)]
    [InlineData("this line is not JSON", nameof(FrameFault.NotJson), null)]
    [InlineData("\uFEFF{}", nameof(FrameFault.NotJson), null)]
    [InlineData("[1]", nameof(FrameFault.NotAnObject), null)]
    [InlineData("12", nameof(FrameFault.NotAnObject), null)]
    [InlineData("null", nameof(FrameFault.NotAnObject), null)]
    [InlineData("{}", nameof(FrameFault.Control), null)]
    [InlineData("""{"messageType":"heartbeat"}""", nameof(FrameFault.Control), null)]
    [InlineData("""{"messageType":"heartbeat","timestamp":12}""", nameof(FrameFault.Control), null)]
    [InlineData("""{"sequence":null,"type":null}""", nameof(FrameFault.Control), null)]
    [InlineData("""{"type":"conversation.state","conversationId":"c1"}""", nameof(FrameFault.NoSequence), null)]
    [InlineData("""{"sequence":7,"conversationId":"c1"}""", nameof(FrameFault.NoType), 7L)]
    [InlineData("""{"sequence":7,"type":"","conversationId":"c1"}""", nameof(FrameFault.NoType), 7L)]
    [InlineData("""{"sequence":7,"type":"t"}""", nameof(FrameFault.NoConversation), 7L)]
    [InlineData("""{"sequence":7,"type":"t","conversationId":""}""", nameof(FrameFault.NoConversation), 7L)]
    [InlineData("""{"sequence":"7","type":"t","conversationId":"c1"}""", nameof(FrameFault.WrongType), null)]
    [InlineData("""{"sequence":"7"}""", nameof(FrameFault.WrongType), null)]
    [InlineData("""{"sequence":-1,"type":"t","conversationId":"c1"}""", nameof(FrameFault.WrongType), null)]
    [InlineData("""{"sequence":7.5,"type":"t","conversationId":"c1"}""", nameof(FrameFault.WrongType), null)]
    [InlineData("""{"sequence":9223372036854775808,"type":"t","conversationId":"c1"}""", nameof(FrameFault.WrongType), null)]
    [InlineData("""{"sequence":{"a":[1]},"type":"t","conversationId":"c1"}""", nameof(FrameFault.WrongType), null)]
    [InlineData("""{"type":["t"],"sequence":7,"conversationId":"c1"}""", nameof(FrameFault.WrongType), 7L)]
    [InlineData("""{"sequence":7,"type":"t","state":5,"conversationId":"c1"}""", nameof(FrameFault.WrongType), 7L)]
    [InlineData("""{"sequence":7,"type":"t","conversationId":{"id":"c1"}}""", nameof(FrameFault.WrongType), 7L)]
    [InlineData("""{"sequence":7,"type":"t","conversationId":"c1","timestamp":1700000000}""", nameof(FrameFault.WrongType), 7L)]
    [InlineData("""{"sequence":7,"type":"conversation.state","sta""", nameof(FrameFault.NotJson), 7L)]
    [InlineData("""{"sequence":7""", nameof(FrameFault.NotJson), null)]
    [InlineData("""{"sequence":7,"type":"\ud800","conversationId":"c1"}""", nameof(FrameFault.NotJson), 7L)]
    [InlineData("""{"sequence":7,"\ud800ab":"t","conversationId":"c1"}""", nameof(FrameFault.NotJson), 7L)]
    public void Skim_ABadFrame_SaysWhatIsWrongAndKeepsTheSequence(string frame, string fault, long? sequence)
    {
        var skim = EventSkimmer.Skim(Utf8(frame));
        skim.Fault.ToString().ShouldBe(fault);
        skim.Sequence.ShouldBe(sequence);
    }

    [Theory]
    [InlineData("""{"sequence":9223372036854775807,"type":"t","conversationId":"c1"}""", long.MaxValue)]
    [InlineData("""{"sequence":0,"type":"t","conversationId":"c1","state":null,"timestamp":null}""", 0)]
    [InlineData("""{"a":{"sequence":1,"b":[{"type":"x"}]},"sequence":7,"sequence":8,"type":"t","type":5,"conversationId":"c1"}""", 7)]
    [InlineData("""{"conversationId":"c1","type":"t","participants":[{"id":"p","type":"x","attributes":{"deep":[[]]}}],"sequence":7}""", 7)]
    [InlineData("""{"\u0073equence":7,"t\u0079pe":"t","conversation\u0049d":"c\u0031"}""", 7)]
    public void Skim_UnusualButSound_IsAnEvent(string frame, long sequence)
    {
        var skim = EventSkimmer.Skim(Utf8(frame));
        skim.Fault.ShouldBe(FrameFault.None);
        skim.Sequence.ShouldBe(sequence);
        Text(skim.Type).ShouldBe("t");
        Text(skim.ConversationId).ShouldBe("c1");
        skim.State.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Skim_BehindTheLastMember_DoesNotLook() =>
        EventSkimmer.Skim(Utf8(Good[..^1] + ",\"participants\":[{\"id\":")).Fault.ShouldBe(FrameFault.None);

    [Theory]
    [InlineData(62, nameof(FrameFault.Control))]
    [InlineData(64, nameof(FrameFault.NotJson))]
    [InlineData(100_000, nameof(FrameFault.NotJson))]
    public void Skim_DeepNesting_IsCutAt64(int depth, string fault) =>
        EventSkimmer.Skim(Utf8("{\"a\":" + new string('[', depth) + new string(']', depth) + "}")).Fault.ToString().ShouldBe(fault);

    [Fact]
    public void Skim_AnOrdinaryFrame_AllocatesNothing()
    {
        var frame = Lines("analytics-stream-events.jsonl")[0];
        // The runtime may allocate on this thread when it first compiles something; the skimmer would do so every time.
        Enumerable.Range(0, 5).Select(_ => AllocatedBy(frame)).Min().ShouldBe(0);
    }

    private static long AllocatedBy(byte[] frame)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            EventSkimmer.Skim(frame);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void Skim_AnyBytes_NeverThrows() =>
        Gen.Byte.Array[0, 200].Sample(bytes => { EventSkimmer.Skim(bytes); });

    [Fact]
    public void Skim_AnyByteOfAnEventChanged_NeverThrows()
    {
        var frame = Utf8(Good);
        Gen.Select(Gen.Int[0, frame.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            var bytes = frame.ToArray();
            foreach (var (at, value) in changes)
                bytes[at] = value;
            EventSkimmer.Skim(bytes);
        });
    }

    [Fact]
    public void Skim_CutAnywhere_NeverThrowsAndNeverInventsASequence()
    {
        foreach (var frame in Lines("analytics-stream-events.jsonl").Take(10))
        {
            var whole = EventSkimmer.Skim(frame).Sequence;
            for (var length = 0; length < frame.Length; length++)
            {
                var sequence = EventSkimmer.Skim(frame.AsSpan(0, length)).Sequence;
                (sequence is null || sequence == whole).ShouldBeTrue(Encoding.UTF8.GetString(frame, 0, length));
            }
        }
    }
}
