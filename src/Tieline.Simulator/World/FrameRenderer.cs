using System.Buffers.Text;
using System.Text;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator.World;

/// <summary>Writes one event as one unmasked WebSocket text frame. Copies of ready bytes and four patched fields: what a flood needs.</summary>
internal sealed class FrameRenderer(ParticipantPool people)
{
    private const int TimestampLength = 24;

    private readonly byte[][] _tails = MediaTypes.Names.Select(m => Bytes($"],\"mediaType\":\"{m}\"")).ToArray();
    private readonly byte[] _timestamp = new byte[TimestampLength];
    private long _timestampOf = long.MinValue;

    /// <summary>No frame is longer.</summary>
    public int MaxLength { get; } = (3 * people.Longest) + 512;

    /// <returns>How many bytes were written.</returns>
    public int Render(Span<byte> to, long sequence, in MadeEvent made)
    {
        var conversation = made.Conversation;
        var at = Frames.LongHeader;
        Put(to, ref at, "{\"sequence\":"u8);
        Utf8Formatter.TryFormat(sequence, to[at..], out var digits);
        at += digits;
        Put(to, ref at, EventKinds.Of(made.Kind).Middle);
        var id = to.Slice(at, 36);
        conversation.Id.TryFormat(id, out _);
        at += 36;
        Put(to, ref at, "\",\"timestamp\":\""u8);
        Put(to, ref at, Timestamp(made.Milliseconds));
        Put(to, ref at, "\",\"participants\":["u8);
        PutPerson(to, ref at, people.Customers[conversation.Customer], id);
        var agent = conversation.HasAgent || made.Kind == EventKind.Waiting;
        if (!conversation.HasAgent)
        {
            to[at++] = (byte)',';
            PutPerson(to, ref at, people.Queues[conversation.Queue], id);
        }
        if (agent)
        {
            to[at++] = (byte)',';
            PutPerson(to, ref at, people.Agents[conversation.Agent], id);
        }
        Put(to, ref at, _tails[(int)conversation.Media]);
        if (made.Kind == EventKind.RoutingQueue)
        {
            Put(to, ref at, ",\"queueId\":\""u8);
            Put(to, ref at, people.QueueIds[conversation.Queue]);
            to[at++] = (byte)'"';
        }
        to[at++] = (byte)'}';
        Frames.WriteLongHeader(to, Frames.FinalText, at - Frames.LongHeader);
        return at;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static void Put(Span<byte> to, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(to[at..]);
        at += bytes.Length;
    }

    private static void PutPerson(Span<byte> to, ref int at, ParticipantText person, ReadOnlySpan<byte> conversationId)
    {
        person.Json.CopyTo(to[at..]);
        conversationId[..ParticipantText.IdPatch].CopyTo(to[(at + ParticipantText.IdOffset)..]);
        at += person.Json.Length;
    }

    private ReadOnlySpan<byte> Timestamp(long milliseconds)
    {
        if (milliseconds != _timestampOf)
        {
            DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.TryFormat(_timestamp, out _, "yyyy-MM-ddTHH:mm:ss.fffZ");
            _timestampOf = milliseconds;
        }
        return _timestamp;
    }
}
