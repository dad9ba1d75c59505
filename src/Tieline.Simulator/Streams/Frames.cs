using System.Buffers.Binary;
using System.Text;

namespace Tieline.Simulator.Streams;

/// <summary>RFC 6455 frames as a server writes them: never masked, never compressed.</summary>
internal static class Frames
{
    public const byte FinalText = 0x81;
    public const byte FinalBinary = 0x82;
    public const byte Close = 0x88;
    public const byte Pong = 0x8A;

    /// <summary>Two bytes and a 16-bit length: good for payloads of 126 to 65,535 bytes.</summary>
    public const int LongHeader = 4;

    public static void WriteLongHeader(Span<byte> to, byte first, int payload)
    {
        to[0] = first;
        to[1] = 126;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)payload);
    }

    public static byte[] Make(byte first, ReadOnlySpan<byte> payload)
    {
        var header = payload.Length < 126 ? 2 : payload.Length <= ushort.MaxValue ? 4 : 10;
        var frame = new byte[header + payload.Length];
        frame[0] = first;
        frame[1] = (byte)(header == 2 ? payload.Length : header == 4 ? 126 : 127);
        if (header == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        }
        else if (header == 10)
        {
            BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)payload.Length);
        }
        payload.CopyTo(frame.AsSpan(header));
        return frame;
    }

    public static byte[] MakeClose(int code, string reason)
    {
        var text = Encoding.UTF8.GetBytes(reason);
        var payload = new byte[2 + text.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        text.CopyTo(payload, 2);
        return Make(Close, payload);
    }

    /// <summary>One text message in <paramref name="parts"/> frames.</summary>
    public static byte[] Fragment(ReadOnlySpan<byte> payload, int parts)
    {
        var frames = new List<byte>();
        var size = Math.Max(1, (payload.Length + parts - 1) / parts);
        for (var from = 0; from < payload.Length; from += size)
        {
            var part = payload.Slice(from, Math.Min(size, payload.Length - from));
            var last = from + size >= payload.Length;
            frames.AddRange(Make((byte)((last ? 0x80 : 0) | (from == 0 ? 1 : 0)), part));
        }
        return [.. frames];
    }
}
