using System.Text.Json;

namespace CrmReceiver;

/// <summary>Everything the receiver knows: ids seen, conversations, the last arrivals. One lock guards it; nothing in here waits for anything but the log's write.</summary>
internal sealed class Inbox(int maxRecords, DeliveryLog? log, TimeProvider time) : IDisposable
{
    /// <summary>Arrivals kept for the page.</summary>
    public const int MaxArrivals = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DeliveryRecord> _byId = [];
    private readonly Queue<DeliveryRecord> _inOrder = new();
    private readonly Queue<Arrival> _arrivals = new();
    private readonly ConversationTable _conversations = new(maxRecords);
    private readonly RecentLatency _latency = new();
    private long _arrived;
    private long _accepted;
    private long _duplicates;
    private long _rejected;
    private long _refused;

    /// <summary>Whether an outage is being simulated.</summary>
    public bool IsDown { get; set; }

    public Stats Stats
    {
        get
        {
            lock (_lock)
                return new Stats(_accepted, _duplicates, _rejected, _refused, _conversations.Count, _accepted - _inOrder.Count, _latency.Percentile(0.99), IsDown);
        }
    }

    /// <summary>Brings back what the log holds from earlier runs.</summary>
    public void Restore()
    {
        lock (_lock)
            log?.Replay((delivery, receivedAt) => Apply(delivery, receivedAt));
    }

    /// <summary>Records a delivery, then applies it, unless its id has been seen before. When this returns, it may be answered with 2xx.</summary>
    /// <returns>False for another copy of a delivery, which changes nothing: it is answered like the first.</returns>
    public bool Receive(Delivery delivery, JsonElement body)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            log?.Append(delivery, now, body);
            _latency.Add(now - delivery.Timestamp);
            return Apply(delivery, now);
        }
    }

    public void Reject()
    {
        lock (_lock)
            _rejected++;
    }

    public void Refuse()
    {
        lock (_lock)
            _refused++;
    }

    /// <summary>One record an id, in the order in which the first copies came.</summary>
    public IReadOnlyList<RecordLine> Records()
    {
        lock (_lock)
            return [.. _inOrder.Select(RecordLine.Of)];
    }

    /// <summary>What has changed behind the arrival with that number; 0 for all there is.</summary>
    public PageUpdate Since(long number)
    {
        lock (_lock)
            return new PageUpdate(_arrived, Stats, [.. _arrivals.Where(arrival => arrival.Number > number)], [.. _conversations.ChangedSince(number)]);
    }

    public void Dispose() => log?.Dispose();

    private bool Apply(Delivery delivery, DateTimeOffset receivedAt)
    {
        _arrived++;
        var isFirst = !_byId.TryGetValue(delivery.Id, out var record);
        if (isFirst)
        {
            record = new DeliveryRecord(delivery, receivedAt);
            Remember(record);
            _accepted++;
            _conversations.Apply(delivery, _arrived);
        }
        else
        {
            record!.Copies++;
            _duplicates++;
        }

        _arrivals.Enqueue(new Arrival(_arrived, delivery, receivedAt, record.Copies));
        if (_arrivals.Count > MaxArrivals)
            _arrivals.Dequeue();
        return isFirst;
    }

    private void Remember(DeliveryRecord record)
    {
        if (_inOrder.Count == maxRecords)
            _byId.Remove(_inOrder.Dequeue().Id);
        _byId.Add(record.Id, record);
        _inOrder.Enqueue(record);
    }
}
