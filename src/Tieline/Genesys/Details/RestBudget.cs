namespace Tieline.Genesys;

/// <summary>How many REST calls the OAuth client may still make: Genesys counts all of them together, so one budget is asked for each. Safe from any thread.</summary>
/// <param name="perMinute">Never more in any 60 s; at least 10.</param>
internal sealed class RestBudget(TimeProvider time, int perMinute)
{
    /// <summary>A call counts for this long: a minute, and a second for calls that take unequally long to arrive.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(61);

    /// <summary>No hold is longer, whatever was asked for: some of Genesys's limits are daily, none is longer.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromDays(1);

    /// <summary>One call in five is kept for reconnecting.</summary>
    private const int ReservedPart = 5;

    private const int MaxBurst = 20;

    /// <summary>A burst takes no more than this part of what Backfill may use: 20 of 240.</summary>
    private const int BurstPart = 12;

    private readonly int _share = perMinute - Reserve(perMinute);
    private readonly int _burst = Burst(perMinute);
    private readonly TimeSpan _interval = Window / (perMinute - Reserve(perMinute) - Burst(perMinute)); // a burst and what is paced after it are the share, in any window
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Queue<TimeSpan> _calls = new();
    private TimeSpan _paced;
    private TimeSpan _heldUntil;

    /// <summary>Calls that may still be made now, for <see cref="CallPurpose.Reconnect"/>.</summary>
    public int Left
    {
        get
        {
            lock (_lock)
            {
                Forget(Now());
                return Math.Max(0, perMinute - _calls.Count);
            }
        }
    }

    /// <summary>How much longer <see cref="CallPurpose.Backfill"/> waits for what <see cref="Hold"/> was told; zero where it does not.</summary>
    public TimeSpan HeldFor
    {
        get
        {
            lock (_lock)
                return Positive(_heldUntil - Now());
        }
    }

    /// <summary>Returns when a call may be made, and counts it.</summary>
    public async ValueTask WaitAsync(CallPurpose purpose, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var wait = Take(purpose);
            if (wait == TimeSpan.Zero)
                return;
            await Task.Delay(wait, time, cancellation);
        }
    }

    /// <summary>Counts a call that goes out in any case: a token request.</summary>
    public void Count()
    {
        lock (_lock)
            _calls.Enqueue(Now());
    }

    /// <summary>Genesys said <c>Retry-After</c>: Backfill makes no call until then.</summary>
    public void Hold(TimeSpan retryAfter)
    {
        lock (_lock)
        {
            var until = Now() + (retryAfter < LongestHold ? retryAfter : LongestHold);
            _heldUntil = until > _heldUntil ? until : _heldUntil;
        }
    }

    /// <returns>Zero: taken. Else how long to wait before asking again.</returns>
    private TimeSpan Take(CallPurpose purpose)
    {
        lock (_lock)
        {
            var now = Now();
            Forget(now);
            var wait = Positive(WhenRoom(purpose) - now);
            if (wait > TimeSpan.Zero)
                return TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)); // a timer drops what is below: it would come too early
            _calls.Enqueue(now);
            if (purpose == CallPurpose.Backfill)
                _paced = (_paced > now ? _paced : now) + _interval;
            return TimeSpan.Zero;
        }
    }

    private TimeSpan WhenRoom(CallPurpose purpose)
    {
        var most = purpose == CallPurpose.Backfill ? _share : perMinute;
        var room = _calls.Count < most ? TimeSpan.Zero : _calls.ElementAt(_calls.Count - most) + Window;
        if (purpose == CallPurpose.Reconnect)
            return room;
        var pace = _paced - ((_burst - 1) * _interval);
        var due = room > pace ? room : pace;
        return due > _heldUntil ? due : _heldUntil;
    }

    private void Forget(TimeSpan now)
    {
        while (_calls.TryPeek(out var oldest) && now - oldest >= Window)
            _calls.Dequeue();
    }

    private TimeSpan Now() => time.GetElapsedTime(_start);

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    private static int Reserve(int perMinute) => perMinute / ReservedPart;

    private static int Burst(int perMinute) => Math.Clamp((perMinute - Reserve(perMinute)) / BurstPart, 1, MaxBurst);
}
