using System.Runtime.InteropServices;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Streams;

/// <summary>What a stream numbered and what of it reached a socket: 40 bytes an event. Guarded by its owner's lock.</summary>
internal sealed class Ledger
{
    private const int ChunkSize = 8192;

    /// <summary>Ticks in the unit of <see cref="Entry.WrittenAfter"/>: 10 µs, so that a latency can be taken from it.</summary>
    private const long WrittenUnit = TimeSpan.TicksPerMillisecond / 100;

    private readonly List<Entry[]> _chunks = [];

    public int Count { get; private set; }

    /// <param name="endsAgain">An end of a conversation that has ended in this state before.</param>
    public int Add(long sequence, EventKind kind, Guid conversation, long milliseconds, bool endsAgain = false)
    {
        if (Count % ChunkSize == 0)
        {
            _chunks.Add(new Entry[ChunkSize]);
        }
        _chunks[^1][Count % ChunkSize] = new Entry(sequence, milliseconds, conversation, -1, kind, endsAgain);
        return Count++;
    }

    public void MarkWritten(int line, DateTimeOffset at)
    {
        ref var entry = ref _chunks[line / ChunkSize][line % ChunkSize];
        if (entry.WrittenAfter < 0)
        {
            entry = entry with { WrittenAfter = (int)Math.Clamp((at - DateTimeOffset.FromUnixTimeMilliseconds(entry.Milliseconds)).Ticks / WrittenUnit, 0, int.MaxValue) };
        }
    }

    /// <summary>A copy of up to <paramref name="most"/> lines from line <paramref name="start"/>, so that none need be rendered under the lock.</summary>
    public Entry[] Copy(int start, int most)
    {
        var count = Math.Clamp(Count - start, 0, most);
        var copy = new Entry[count];
        for (var i = 0; i < count; i++)
        {
            copy[i] = _chunks[(start + i) / ChunkSize][(start + i) % ChunkSize];
        }
        return copy;
    }

    /// <param name="WrittenAfter">Tens of microseconds after the event; -1: no socket got it.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Entry(long Sequence, long Milliseconds, Guid Conversation, int WrittenAfter, EventKind Kind, bool EndsAgain)
    {
        public LedgerLine ToLine()
        {
            var kind = EventKinds.Of(Kind);
            var conversation = Conversation.ToString();
            return new LedgerLine(
                Sequence,
                Kind == EventKind.Malformed ? null : SimulatedEventId.Of(conversation, kind.Type, kind.State, Milliseconds, EndsAgain),
                kind.Type,
                kind.State,
                Kind == EventKind.Malformed ? null : conversation,
                DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds),
                kind.Passes,
                WrittenAfter >= 0,
                WrittenAfter >= 0 ? DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds).AddTicks(WrittenAfter * WrittenUnit) : null);
        }
    }
}
