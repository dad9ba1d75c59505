using System.Collections.Concurrent;

namespace Tieline.Simulator.Http;

/// <summary>What the endpoints count for the status.</summary>
internal sealed class Counters(TimeProvider time)
{
    private const int KeptCloses = 100;
    private readonly Lock _gate = new();
    private readonly Queue<CloseSeen> _closes = new();
    private long _subscribes;
    private long _ignored;
    private long _pings;
    private long _rows;
    private string? _lastMessage;

    public ConcurrentDictionary<int, long> TokenRequests { get; } = new();

    public ConcurrentDictionary<int, long> Handshakes { get; } = new();

    public ConcurrentDictionary<int, long> Details { get; } = new();

    public ConcurrentDictionary<int, long> Api { get; } = new();

    public long Rows => Interlocked.Read(ref _rows);

    public long Subscribes => Interlocked.Read(ref _subscribes);

    public long Ignored => Interlocked.Read(ref _ignored);

    public long Pings => Interlocked.Read(ref _pings);

    public string? LastMessage => Volatile.Read(ref _lastMessage);

    public static void Count(ConcurrentDictionary<int, long> by, int status) => by.AddOrUpdate(status, 1, (_, n) => n + 1);

    public void CountRows(int rows) => Interlocked.Add(ref _rows, rows);

    public void CountPing() => Interlocked.Increment(ref _pings);

    public void CountMessage(string text, bool understood)
    {
        Volatile.Write(ref _lastMessage, text);
        Interlocked.Increment(ref understood ? ref _subscribes : ref _ignored);
    }

    public void CountClose(int socket, string by, int code, string reason)
    {
        lock (_gate)
        {
            _closes.Enqueue(new CloseSeen(socket, by, code, reason, time.GetUtcNow()));
            if (_closes.Count > KeptCloses)
            {
                _closes.Dequeue();
            }
        }
    }

    public IReadOnlyList<CloseSeen> Closes()
    {
        lock (_gate)
        {
            return [.. _closes];
        }
    }
}
