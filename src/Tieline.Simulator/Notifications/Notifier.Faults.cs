using Tieline.Simulator.Streams;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Notifications;

/// <summary>What goes wrong with notifications. A fault waits for one that somebody would get.</summary>
internal sealed partial class Notifier
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Oddity, int> _oddities = [];
    private readonly Dictionary<Guid, List<(StreamSocket Socket, byte[] Frame, Notification Notification)>> _held = [];
    private readonly List<(StreamSocket Socket, byte[] Frame, Notification Notification)> _run = [];
    private readonly Dice _dice = new(options.Seed ^ 0x5407);
    private int _reorder;
    private int _within;
    private int _inRun;
    private int _drop;
    private int _duplicate;
    private int _swap;
    private int _stale;
    private int _fragment;
    private int _parts;

    public void Drop(int count) => Locked(() => _drop += count);

    public void Duplicate(int count) => Locked(() => _duplicate += count);

    /// <summary>The next notifications change places with the one that follows in their conversation.</summary>
    public void Swap(int count) => Locked(() => _swap += count);

    /// <summary>Shuffles <paramref name="count"/> runs of notifications of <paramref name="within"/> events each, whatever conversation they are of.</summary>
    public void Reorder(int within, int count) => Locked(() => (_within, _reorder) = (within, count));

    /// <summary>After each of the next notifications comes the one before it again.</summary>
    public void Stale(int count) => Locked(() => _stale += count);

    public void Fragment(int count, int parts) => Locked(() => (_fragment, _parts) = (_fragment + count, parts));

    public void Odd(Oddity oddity, int count) => Locked(() => _oddities[oddity] = _oddities.GetValueOrDefault(oddity) + count);

    public void ClearFaults() => Locked(() =>
    {
        (_drop, _duplicate, _swap, _stale, _fragment, _reorder) = (0, 0, 0, 0, 0, 0);
        SendRun();
        _oddities.Clear();
        foreach (var id in _held.Keys.ToList())
        {
            Release(id);
        }
    });

    private bool IsDropped() => Take(ref _drop);

    private bool TakeDuplicate() => Take(ref _duplicate);

    private bool TakeStale() => Take(ref _stale);

    private int TakeFragment() => Take(ref _fragment) ? _parts : 1;

    private Oddity TakeOddity(Snapshot snapshot)
    {
        lock (_gate)
        {
            foreach (var (oddity, count) in _oddities)
            {
                if (count > 0 && (oddity != Oddity.Transitional || Transitional.LegOf(snapshot) is not null))
                {
                    _oddities[oddity] = count - 1;
                    return oddity;
                }
            }
            return Oddity.None;
        }
    }

    /// <summary>What ends a conversation has none after it to change places with.</summary>
    private bool TakeHold(Guid conversation, EventKind kind)
    {
        lock (_gate)
        {
            return kind is not (EventKind.Completed or EventKind.Abandoned) && !_held.ContainsKey(conversation) && Take(ref _swap);
        }
    }

    private void Hold(Guid conversation, StreamSocket socket, byte[] frame, Notification notification)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(conversation, out var held))
            {
                _held[conversation] = held = [];
            }
            held.Add((socket, frame, notification));
        }
    }

    private void Release(Guid conversation)
    {
        lock (_gate)
        {
            if (_held.Remove(conversation, out var held))
            {
                held.ForEach(one => Send(one.Socket, one.Frame, one.Notification));
            }
        }
    }

    /// <returns>Whether it waits for the rest of its run.</returns>
    private bool Shuffles(StreamSocket socket, byte[] frame, Notification notification)
    {
        lock (_gate)
        {
            if (_reorder > 0)
            {
                _run.Add((socket, frame, notification));
            }
            return _reorder > 0;
        }
    }

    private void EndRun()
    {
        lock (_gate)
        {
            if (_run.Count > 0 && ++_inRun >= _within)
            {
                _reorder--;
                SendRun();
            }
        }
    }

    private void SendRun()
    {
        for (var i = _run.Count - 1; i > 0; i--)
        {
            var j = _dice.Below(i);   // never where it was
            (_run[i], _run[j]) = (_run[j], _run[i]);
        }
        _run.ForEach(one => Send(one.Socket, one.Frame, one.Notification));
        _run.Clear();
        _inRun = 0;
    }

    private bool Take(ref int left)
    {
        lock (_gate)
        {
            if (left <= 0)
            {
                return false;
            }
            left--;
            return true;
        }
    }

    private void Locked(Action act)
    {
        lock (_gate)
        {
            act();
        }
    }
}
