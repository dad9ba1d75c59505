using System.Buffers;
using System.Text;
using Tieline.Forwarding;

namespace Tieline.Tests.Forwarding;

public sealed class SyslogMessageTests
{
    private static readonly DateTimeOffset _at = new(2026, 3, 2, 9, 0, 0, 123, TimeSpan.Zero);

    [Theory]
    [InlineData("accepted", 13 * 8 + 6)]
    [InlineData("started", 13 * 8 + 5)]
    [InlineData("gap-detected", 13 * 8 + 4)]
    [InlineData("dead-lettered", 13 * 8 + 3)]
    [InlineData("unreadable", 13 * 8 + 2)]
    [InlineData("an-action-to-come", 13 * 8 + 6)]
    public void Append_ALine_CountsItsOctetsAndKeepsItsBytes(string action, int priority)
    {
        var line = Encoding.UTF8.GetBytes("""{"action":"…é😀","hash":"00"}""");
        var header = $"<{priority}>1 2026-03-02T09:00:00.123Z host.example tieline 42 {action} [meta sequenceId=\"7\"][origin software=\"tieline\" swVersion=\"1.2.3\"] ";

        Frame(new ForwardRecord(line, action, 7, _at)).ShouldBe([.. Encoding.ASCII.GetBytes($"{header.Length + line.Length} {header}"), .. line]);
    }

    [Fact]
    public void Append_NothingKnownOfTheLine_SaysNil() =>
        Encoding.ASCII.GetString(Frame(new ForwardRecord([(byte)'?'], "unreadable", null, null))).ShouldContain("<106>1 - host.example tieline 42 unreadable [origin");

    [Theory]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(int.MaxValue + 1L, 1)]
    public void Append_FactPassesTheBoundOfASequenceId_BeginsAtOneAgain(long fact, long sequence) =>
        Encoding.ASCII.GetString(Frame(new ForwardRecord([(byte)'x'], "accepted", fact, _at))).ShouldContain($"sequenceId=\"{sequence}\"");

    [Fact]
    public void Append_HostThatIsNoHost_StaysOneWord()
    {
        var frames = new ArrayBufferWriter<byte>();
        new SyslogMessage(SyslogFacility.Local3, "né t\n", 1, "1 \"]\\").Append(new ForwardRecord([(byte)'x'], "accepted", null, null), frames);
        Encoding.ASCII.GetString(frames.WrittenSpan).ShouldContain("<158>1 - nt tieline 1 accepted [origin software=\"tieline\" swVersion=\"1 \"] x");
    }

    private static byte[] Frame(ForwardRecord record)
    {
        var frames = new ArrayBufferWriter<byte>();
        new SyslogMessage(SyslogFacility.Audit, "host.example", 42, "1.2.3").Append(record, frames);
        return frames.WrittenSpan.ToArray();
    }
}
