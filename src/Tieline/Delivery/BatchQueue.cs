using Tieline.Diagnostics;

namespace Tieline.Delivery;

/// <summary>Makes batches of what may go out, and keeps those that go out again. Pure: told the time.</summary>
/// <remarks>
/// A batch that failed goes out again as it was, under the same id, or in halves until what it failed by stands alone. A conversation of which something failed goes in no batch with others before that is settled.
/// Steps: <c>docs/adr/0022-batches.md</c>.
/// </remarks>
internal sealed class BatchQueue(BatchOptions options, LaneSet lanes)
{
    private readonly Queue<DeliveryBatch> _again = new();
    private readonly PriorityQueue<DeliveryBatch, MonotonicTime> _delayed = new();
    private MonotonicTime? _readySince;

    /// <summary>Where each event has an outcome of its own, a later one of its conversation must not be accepted before it: one of each goes in a batch.</summary>
    private bool IsOneOfEach => options.Results != BatchResults.None;

    /// <summary>Whether more could go in the next batch.</summary>
    public bool HasRoom => (IsOneOfEach ? lanes.Ready : lanes.ReadyEntries) < options.MaxEvents;

    /// <summary>Whether one may go out: one that goes out again, a full one, or one that has waited long enough to be filled.</summary>
    public bool HasReady(MonotonicTime now) => _again.Count > 0 || (lanes.HasReady && (!HasRoom || now >= FilledBy(now)));

    /// <summary>When something can be ready that is not; null where nothing runs.</summary>
    public MonotonicTime? NextDue(MonotonicTime now)
    {
        MonotonicTime? delayed = _delayed.TryPeek(out _, out var due) ? due : null;
        var filled = lanes.HasReady && !HasReady(now) ? FilledBy(now) : (MonotonicTime?)null;
        return delayed is null || filled < delayed ? filled ?? delayed : delayed;
    }

    /// <summary>Lets go on what has waited long enough.</summary>
    public void Wake(MonotonicTime now)
    {
        while (_delayed.TryPeek(out var batch, out var due) && due <= now)
        {
            _delayed.Dequeue();
            _again.Enqueue(batch);
        }

        if (!lanes.HasReady)
            _readySince = null;
        else
            _readySince ??= now;
    }

    /// <summary>Lifts every delay that was not asked for: the destination is up again.</summary>
    public void WakeAll(MonotonicTime now)
    {
        var asked = new List<DeliveryBatch>();
        while (_delayed.TryDequeue(out var batch, out _))
        {
            batch.Failures = 0;
            if (batch.AskedUntil > now)
                asked.Add(batch);
            else
                _again.Enqueue(batch);
        }

        foreach (var batch in asked)
            Delay(batch, batch.AskedUntil);
    }

    /// <summary>Takes the next batch; its lanes are in flight from now on.</summary>
    public DeliveryBatch Take() => _again.TryDequeue(out var again) ? again : Gather(lanes.Take());

    /// <summary>Takes one event, to see whether the destination is well: a batch might fail by what is in it. One that was to go out again is taken apart each time, so that its conversations have their turn too.</summary>
    public DeliveryBatch TakeProbe()
    {
        if (_again.TryDequeue(out var again))
        {
            foreach (var (lane, count) in again.Parts)
            {
                if (again.IsPart || again.Failures > 1)
                    lane.Suspects = Math.Max(lane.Suspects, count);
                lanes.Return(lane);
            }
        }

        return Probe(lanes.Take());
    }

    /// <summary>The next event of a conversation that has just been taken.</summary>
    public static DeliveryBatch Probe(DeliveryLane lane) => new([(lane, 1)]);

    private DeliveryBatch Of(DeliveryLane lane) => new([(lane, CountOf(lane, options.MaxEvents))]);

    /// <summary>It goes out again as it is, as soon as anything may.</summary>
    public void Return(DeliveryBatch batch) => _again.Enqueue(batch);

    /// <summary>It goes out again as it is, then.</summary>
    public void Delay(DeliveryBatch batch, MonotonicTime due) => _delayed.Enqueue(batch, due);

    /// <summary>It goes out again in halves.</summary>
    /// <param name="due">Not before then; null: as soon as anything may.</param>
    /// <returns>Null; or its one conversation, whose next entries are suspects now: what is to become of that is the caller's to say.</returns>
    public DeliveryLane? Split(DeliveryBatch batch, MonotonicTime? due)
    {
        if (batch.Parts is [var (lane, count)])
        {
            lane.Suspects = count;
            return lane;
        }

        var (first, second) = batch.Halve();
        foreach (var half in (DeliveryBatch[])[first, second])
        {
            if (due is { } at)
                Delay(half, at);
            else
                Return(half);
        }

        return null;
    }

    private MonotonicTime FilledBy(MonotonicTime now) => (_readySince ?? now) + options.MaxWait;

    private DeliveryBatch Gather(DeliveryLane first)
    {
        if (first.IsSuspect)
            return Of(first);
        var parts = new List<(DeliveryLane, int)>();
        var (events, bytes) = (0, 0);
        for (var lane = first; ;)
        {
            var count = CountOf(lane, options.MaxEvents - events);
            parts.Add((lane, count));
            events += count;
            bytes += lane.First(count).Sum(entry => entry.ParticipantsJson.Length + EventBytes);
            if (events >= options.MaxEvents || bytes >= PlainBody.MaxBytes || !lanes.HasReady || lanes.Next.IsSuspect)
                return new DeliveryBatch(parts);
            lane = lanes.Take();
        }
    }

    private int CountOf(DeliveryLane lane, int room)
    {
        if (IsOneOfEach)
            return 1;
        var most = lane.Suspects > 0 ? (lane.Suspects + 1) / 2 : lane.FailuresInRow > 0 ? 1 : room;
        return Math.Min(Math.Min(most, room), lane.Count);
    }

    /// <summary>About what one takes beside its participants: a batch whose body would be too large is taken apart, and need not be made.</summary>
    private const int EventBytes = 256;
}
