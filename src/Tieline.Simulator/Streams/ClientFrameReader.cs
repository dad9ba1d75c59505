using System.Buffers.Binary;

namespace Tieline.Simulator.Streams;

internal enum ClientMessageKind
{
    Text,
    Binary,
    Ping,
    Pong,
    Close,
    EndOfStream,
}

internal readonly record struct ClientMessage(ClientMessageKind Kind, byte[] Payload);

/// <summary>Reads what a client sends: masked frames, fragments joined, control frames in between.</summary>
internal sealed class ClientFrameReader(Stream stream)
{
    private const int MaxMessage = 256 * 1024;
    private readonly byte[] _header = new byte[14];
    private readonly List<byte> _fragments = [];
    private ClientMessageKind _fragmented = ClientMessageKind.EndOfStream;

    /// <exception cref="ProtocolException">The client broke RFC 6455.</exception>
    public async ValueTask<ClientMessage> ReadAsync(CancellationToken aborted)
    {
        while (true)
        {
            if (!await FillAsync(_header.AsMemory(0, 2), aborted))
            {
                return new ClientMessage(ClientMessageKind.EndOfStream, []);
            }
            var final = (_header[0] & 0x80) != 0;
            var opcode = _header[0] & 0x0F;
            if ((_header[0] & 0x70) != 0 || (_header[1] & 0x80) == 0)
            {
                throw new ProtocolException(1002, "reserved bit or unmasked frame");
            }
            var payload = await ReadPayloadAsync(_header[1] & 0x7F, aborted);
            if (payload is null)
            {
                return new ClientMessage(ClientMessageKind.EndOfStream, []);
            }
            if (Join(opcode, final, payload) is { } message)
            {
                return message;
            }
        }
    }

    private ClientMessage? Join(int opcode, bool final, byte[] payload)
    {
        switch (opcode)
        {
            case 0x8: return new ClientMessage(ClientMessageKind.Close, payload);
            case 0x9: return new ClientMessage(ClientMessageKind.Ping, payload);
            case 0xA: return new ClientMessage(ClientMessageKind.Pong, payload);
            case 0x0 or 0x1 or 0x2: break;
            default: throw new ProtocolException(1002, "unknown opcode");
        }
        if ((opcode == 0) != (_fragmented != ClientMessageKind.EndOfStream))
        {
            throw new ProtocolException(1002, "fragment out of place");
        }
        if (opcode != 0)
        {
            _fragmented = opcode == 1 ? ClientMessageKind.Text : ClientMessageKind.Binary;
        }
        _fragments.AddRange(payload);
        if (_fragments.Count > MaxMessage)
        {
            throw new ProtocolException(1009, "message too big");
        }
        if (!final)
        {
            return null;
        }
        var message = new ClientMessage(_fragmented, [.. _fragments]);
        _fragments.Clear();
        _fragmented = ClientMessageKind.EndOfStream;
        return message;
    }

    private async ValueTask<byte[]?> ReadPayloadAsync(int length, CancellationToken aborted)
    {
        var extra = length switch { 126 => 2, 127 => 8, _ => 0 };
        if (!await FillAsync(_header.AsMemory(2, extra + 4), aborted))
        {
            return null;
        }
        var size = length switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
            127 => BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(2)),
            _ => (ulong)length,
        };
        if (size > MaxMessage)
        {
            throw new ProtocolException(1009, "message too big");
        }
        var payload = new byte[size];
        if (!await FillAsync(payload, aborted))
        {
            return null;
        }
        for (var i = 0; i < payload.Length; i++)
        {
            payload[i] ^= _header[2 + extra + (i & 3)];
        }
        return payload;
    }

    private async ValueTask<bool> FillAsync(Memory<byte> buffer, CancellationToken aborted)
    {
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, aborted);
        return read == buffer.Length;
    }
}

internal sealed class ProtocolException(int closeCode, string message) : Exception(message)
{
    public int CloseCode { get; } = closeCode;
}
