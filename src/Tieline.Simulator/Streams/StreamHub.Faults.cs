using Tieline.Simulator.Faults;

namespace Tieline.Simulator.Streams;

/// <summary>What goes wrong on the streams. A fault that touches frames waits until a socket is there to see it.</summary>
internal sealed partial class StreamHub
{
    private const string TokenDied = "Authentication Required";
    private readonly List<Planned> _planned = [];
    private DateTimeOffset? _silenceUntil;
    private int _drop;
    private int _duplicate;
    private int _reorder;
    private int _within;
    private int _fragment;
    private int _parts;

    /// <summary>Set by the owner: commits a fault that concerns more than the streams.</summary>
    public Action<SimulatorFault>? Commit { get; set; }

    /// <summary>Puts off what is to come later.</summary>
    /// <returns>False: it is for now.</returns>
    public bool Plan(SimulatorFault fault)
    {
        if (fault.AfterSeconds is null && fault.AfterEvents is null && fault.EverySeconds is null)
        {
            return false;
        }
        lock (_gate)
        {
            var first = fault.AfterSeconds ?? fault.EverySeconds;
            _planned.Add(new Planned(
                fault with { AfterSeconds = null, AfterEvents = null, EverySeconds = null },
                first is { } seconds ? _time.GetUtcNow().AddSeconds(seconds) : null,
                fault.AfterEvents,
                fault.EverySeconds is { } every ? TimeSpan.FromSeconds(every) : null));
            CommitDueByCount();
        }
        return true;
    }

    /// <summary>Ten times a second: token expiry, the end of a silence, planned faults.</summary>
    public async Task WatchAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(WatchPeriod, _time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            Watch();
        }
    }

    public void Close(int code, string reason) => ForEachSocket(socket => socket.Close(code, reason));

    public void CloseWith(string token) => CloseWhere(socket => socket.Token.Value == token);

    public void CloseAllTokens() => CloseWhere(_ => true);

    public void Abort(bool reset) => ForEachSocket(socket => socket.Abort(reset));

    public void Silence(bool silent, double? seconds)
    {
        ForEachSocket(socket => socket.IsSilent = silent);
        lock (_gate)
        {
            _silenceUntil = silent && seconds is { } s ? _time.GetUtcNow().AddSeconds(s) : null;
        }
        _room.Set();
    }

    public void Drop(int count) => Locked(() => _drop += count);

    public void Duplicate(int count) => Locked(() => _duplicate += count);

    public void Fragment(int count, int parts) => Locked(() => (_fragment, _parts) = (_fragment + count, parts));

    /// <summary>Shuffles <paramref name="count"/> runs of <paramref name="within"/> events each; a run of two is a swap.</summary>
    public void Reorder(int within, int count) => Locked(() => (_within, _reorder) = (within, count));

    public void ResetNumbering(long to) => Locked(() => _streams.ForEach(stream => stream.LastSequence = to - 1));

    public void SendMalformed(string what, int count) => Locked(() =>
    {
        foreach (var stream in _streams)
        {
            for (var i = 0; i < count; i++)
            {
                SendMalformed(stream, what);
            }
        }
        Flush();
    });

    /// <summary>Sends frames as they are, after what is queued, touching no number.</summary>
    /// <returns>How many sockets get them now; 0: the next one to subscribe does.</returns>
    public int SendRaw(IReadOnlyList<byte[]> frames)
    {
        lock (_gate)
        {
            FlushHeld();
            var sockets = 0;
            foreach (var stream in _streams)
            {
                var speaking = stream.Sockets.FindAll(socket => socket.IsSpeaking);
                sockets += speaking.Count;
                speaking.ForEach(socket => Array.ForEach([.. frames], frame => socket.Send(frame)));
                if (speaking.Count == 0)
                {
                    stream.Waiting.AddRange(frames);
                }
            }
            return sockets;
        }
    }

    public void ClearFaults() => Locked(() =>
    {
        _planned.Clear();
        (_drop, _duplicate, _reorder, _fragment, _silenceUntil) = (0, 0, 0, 0, null);
        FlushHeld();
        Flush();
        _sockets.ForEach(socket => socket.IsSilent = false);
    });

    private void SendMalformed(EventStream stream, string what)
    {
        var line = -1;
        if (MalformedFrames.SpendsNumber(what))
        {
            stream.LastSequence++;
            stream.Made++;
            line = stream.Ledger?.Add(stream.LastSequence, World.EventKind.Malformed, default, _time.GetUtcNow().ToUnixTimeMilliseconds()) ?? -1;
        }
        var frame = MalformedFrames.Make(what, stream.LastSequence, _time.GetUtcNow());
        if (!stream.HasListener)
        {
            stream.Waiting.Add(frame);
            return;
        }
        PendingOf(stream).Append(frame);
        if (line >= 0)
        {
            Count(PendingOf(stream), line);
        }
    }

    private void Disturb(EventStream stream, ReadOnlySpan<byte> frame, int line)
    {
        if (_reorder > 0)
        {
            stream.Held.Add((frame.ToArray(), line));
            if (stream.Held.Count >= _within)
            {
                _reorder--;
                Shuffle(stream.Held);
                FlushHeld(stream);
            }
            return;
        }
        var batch = PendingOf(stream);
        if (_fragment > 0)
        {
            _fragment--;
            batch.Append(Frames.Fragment(frame[Frames.LongHeader..], _parts));
        }
        else
        {
            _duplicate--;
            batch.Append(frame);
            batch.Append(frame);
        }
        Count(batch, line);
    }

    /// <summary>Any order but the one they are in.</summary>
    private void Shuffle(List<(byte[] Frame, int LedgerLine)> held)
    {
        var first = held[0];
        for (var i = held.Count - 1; i > 0; i--)
        {
            var j = _dice.Below(i + 1);
            (held[i], held[j]) = (held[j], held[i]);
        }
        if (ReferenceEquals(held[0].Frame, first.Frame))
        {
            (held[0], held[^1]) = (held[^1], held[0]);
        }
    }

    private void FlushHeld() => _streams.ForEach(FlushHeld);

    private void FlushHeld(EventStream stream)
    {
        foreach (var (frame, line) in stream.Held)
        {
            if (stream.HasListener)
            {
                PendingOf(stream).Append(frame);
                Count(PendingOf(stream), line);
            }
        }
        stream.Held.Clear();
    }

    private void Watch()
    {
        var now = _time.GetUtcNow();
        CloseWhere(socket => socket.Token.ExpiresAt <= now);
        bool silenceOver;
        List<Planned> due;
        lock (_gate)
        {
            silenceOver = _silenceUntil <= now;
            due = _planned.FindAll(planned => planned.At <= now);
            foreach (var planned in due)
            {
                _planned.Remove(planned);
                if (planned.Every is { } every)
                {
                    _planned.Add(planned with { At = now + every });
                }
            }
        }
        if (silenceOver)
        {
            Silence(silent: false, seconds: null);
        }
        due.ForEach(planned => Commit?.Invoke(planned.Fault));
    }

    private void CommitDueByCount()
    {
        for (var i = 0; i < _planned.Count; i++)
        {
            if (_planned[i].AfterEvents <= _made && _planned[i].At is null)
            {
                var fault = _planned[i].Fault;
                _planned.RemoveAt(i--);
                Commit?.Invoke(fault);
            }
        }
    }

    private void CloseWhere(Func<StreamSocket, bool> which) => ForEachSocket(socket =>
    {
        if (!socket.IsSilent && which(socket))
        {
            socket.Close(4001, TokenDied);
        }
    });

    private void ForEachSocket(Action<StreamSocket> act)
    {
        List<StreamSocket> sockets;
        lock (_gate)
        {
            FlushHeld();
            Flush();
            sockets = [.. _sockets];
        }
        sockets.ForEach(act);
        Changed.Set();
    }

    private void Locked(Action act)
    {
        lock (_gate)
        {
            act();
        }
        Changed.Set();
    }

    private sealed record Planned(SimulatorFault Fault, DateTimeOffset? At, long? AfterEvents, TimeSpan? Every);
}
