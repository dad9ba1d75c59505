using System.Buffers;
using System.Globalization;
using System.Text;
using Tieline.Events;

namespace Tieline.Forwarding;

/// <summary>A record as a syslog message (RFC 5424), framed by counting octets (RFC 6587, and what RFC 5425 asks for). Pure.</summary>
/// <param name="host">This machine.</param>
/// <param name="processId">Of this process.</param>
internal sealed class SyslogMessage(SyslogFacility facility, string host, int processId, string version)
{
    private const int MaxHost = 255;
    private const int MaxMessageId = 32;

    /// <summary>RFC 5424's bounds of <c>sequenceId</c>: behind it comes 1 again.</summary>
    private const long MaxSequence = int.MaxValue;

    private readonly string _host = Printable(host, MaxHost);
    private readonly string _process = processId.ToString(CultureInfo.InvariantCulture);
    private readonly string _origin = $"[origin software=\"tieline\" swVersion=\"{Value(version)}\"]";

    /// <summary>Appends the frame. What stands in it after the header is the line's bytes, unchanged and without a byte-order mark, so that its hash holds at the receiver.</summary>
    public void Append(ForwardRecord record, IBufferWriter<byte> frames)
    {
        var header = Encoding.ASCII.GetBytes(Header(record));
        frames.Write(Encoding.ASCII.GetBytes((header.Length + record.Line.Length).ToString(CultureInfo.InvariantCulture) + " "));
        frames.Write(header);
        frames.Write(record.Line);
    }

    private string Header(ForwardRecord record) => string.Create(CultureInfo.InvariantCulture,
        $"<{((int)facility * 8) + (int)record.Severity}>1 {(record.Timestamp is { } at ? EventTime.ToText(at) : "-")} {_host} tieline {_process} {Printable(record.Action, MaxMessageId)} {Sequence(record)}{_origin} ");

    /// <summary>The fact's number: rising by one from line to line, so that a receiver sees a hole, and a copy, without reading the message.</summary>
    private static string Sequence(ForwardRecord record) => record.Fact is { } fact ? string.Create(CultureInfo.InvariantCulture, $"[meta sequenceId=\"{((fact - 1) % MaxSequence) + 1}\"]") : "";

    private static string Printable(string text, int max)
    {
        var kept = new string([.. text.Where(c => c is > ' ' and <= '~').Take(max)]);
        return kept.Length == 0 ? "-" : kept;
    }

    private static string Value(string text) => new([.. text.Where(c => c is >= ' ' and <= '~' and not ('"' or '\\' or ']'))]);
}
