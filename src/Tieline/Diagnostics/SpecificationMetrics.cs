namespace Tieline.Diagnostics;

/// <summary>The six figures that the specification names, since the process started; each starts at 0. Safe from any thread.</summary>
internal sealed class SpecificationMetrics(TimeProvider time)
{
    private readonly SilenceMeter _silence = new(time);
    private long _connectedAt;
    private long _downSince = time.GetTimestamp();
    private long _totalEvents;
    private long _reconnections;
    private long _latencyTicks;
    private long _lastSequence;
    private long _gaps;

    /// <summary>Milliseconds the current connection has been alive, as of its last heartbeat or event; 0 when down.</summary>
    public long ConnectionUptimeMs
    {
        get
        {
            var connectedAt = Volatile.Read(ref _connectedAt);
            var heardAt = _silence.HeardAt;
            return connectedAt == 0 || heardAt <= connectedAt ? 0 : (long)time.GetElapsedTime(connectedAt, heardAt).TotalMilliseconds;
        }
    }

    /// <summary>Events that passed the filter.</summary>
    public long TotalEvents => Volatile.Read(ref _totalEvents);

    /// <summary>Closes that nobody planned.</summary>
    public long ReconnectionCount => Volatile.Read(ref _reconnections);

    /// <summary>Mean of processing time minus the event's timestamp over <see cref="TotalEvents"/>, in milliseconds, each at least 0.</summary>
    public double AvgLatencyMs
    {
        get
        {
            var events = TotalEvents;
            return events == 0 ? 0 : Math.Round((double)Volatile.Read(ref _latencyTicks) / TimeSpan.TicksPerMillisecond / events, 3);
        }
    }

    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>Holes, not missing events.</summary>
    public long SequenceGaps => Volatile.Read(ref _gaps);

    /// <summary>Since a frame or a pong came, or the connection was made; null before the first. While nothing is read, and from then on anew, it is no silence of the other side.</summary>
    public TimeSpan? Silence => _silence.Silence;

    /// <summary>How long there has been no connection; null while there is one.</summary>
    public TimeSpan? DownFor => Volatile.Read(ref _connectedAt) == 0 ? time.GetElapsedTime(Volatile.Read(ref _downSince)) : null;

    public bool IsConnected => Volatile.Read(ref _connectedAt) != 0;

    public void Connected()
    {
        var now = time.GetTimestamp();
        _silence.Heard();
        Volatile.Write(ref _connectedAt, now == 0 ? 1 : now);
    }

    public void Disconnected()
    {
        if (Interlocked.Exchange(ref _connectedAt, 0) != 0)
            Volatile.Write(ref _downSince, time.GetTimestamp());
    }

    /// <summary>Bytes came: of a frame, or of a pong.</summary>
    public void Heard() => _silence.Heard();

    /// <summary>What has come takes its time, and its connection is not read meanwhile. <see cref="ResumeReading"/> follows.</summary>
    public void PauseReading() => _silence.PauseReading();

    public void ResumeReading() => _silence.ResumeReading();

    public void Reconnecting() => Interlocked.Increment(ref _reconnections);

    public void Kept(TimeSpan latency)
    {
        Interlocked.Add(ref _latencyTicks, Math.Max(0, latency.Ticks));
        Interlocked.Increment(ref _totalEvents);
    }

    public void Sequence(long sequence) => Volatile.Write(ref _lastSequence, sequence);

    public void GapFound() => Interlocked.Increment(ref _gaps);
}
