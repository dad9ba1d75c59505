namespace Tieline.Service.Web.Figures;

/// <summary>Reads how Tieline stands once a second for all who look, and not at all while nobody does.</summary>
internal sealed partial class ConsoleFeed(OverviewReader reader, TimeProvider time, ILogger<ConsoleFeed> logger) : IDisposable
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Lock _reading = new();
    private readonly List<Action> _watchers = [];
    private volatile Overview? _current;
    private ITimer? _timer;
    private long _readAt;

    /// <summary>The newest reading; older than a second or two where nobody watched. Null while nothing runs.</summary>
    public Overview? Current => _current is { } known && Age < _every ? known : Read();

    /// <summary>How old the newest reading is.</summary>
    public TimeSpan Age => Volatile.Read(ref _readAt) is var at and not 0 ? time.GetElapsedTime(at) : TimeSpan.MaxValue;

    /// <summary>Calls after each reading, from a thread of the pool, until disposed of.</summary>
    public IDisposable Watch(Action changed)
    {
        lock (_gate)
        {
            _watchers.Add(changed);
            _timer ??= time.CreateTimer(_ => Tick(), null, _every, _every);
        }

        return new Watcher(this, changed);
    }

    public void Dispose()
    {
        lock (_gate)
            _timer?.Dispose();
    }

    private Overview? Read()
    {
        lock (_reading)
        {
            try
            {
                var read = reader.Read();
                Volatile.Write(ref _readAt, time.GetTimestamp());
                return _current = read;
            }
            catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException or Microsoft.Data.Sqlite.SqliteException)
            {
                // It is stopping, or the disk fails: what was last known goes on being shown, with its age.
                LogUnread(logger, e.Message);
                return _current;
            }
        }
    }

    private void Tick()
    {
        if (!_reading.TryEnter())
            return; // the last one is not done yet
        try
        {
            Read();
        }
        finally
        {
            _reading.Exit();
        }

        Action[] watchers;
        lock (_gate)
            watchers = [.. _watchers];
        Array.ForEach(watchers, watcher => watcher());
    }

    private void Leave(Action changed)
    {
        lock (_gate)
        {
            _watchers.Remove(changed);
            if (_watchers.Count > 0)
                return;
            _timer?.Dispose();
            _timer = null;
        }
    }

    [LoggerMessage(EventId = 5020, EventName = "FiguresUnread", Level = LogLevel.Debug, Message = "The console's figures could not be read: {Reason}")]
    private static partial void LogUnread(ILogger logger, string reason);

    private sealed class Watcher(ConsoleFeed feed, Action changed) : IDisposable
    {
        public void Dispose() => feed.Leave(changed);
    }
}
